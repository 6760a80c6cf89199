package io.eventsource.recipes;

import java.util.List;
import java.util.stream.Stream;

import io.eventsource.recipes.OrderEvents.OrderListener;
import io.eventsource.recipes.OrderEvents.OrderPlaced;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class OrderEventsTests {

	@Test
	void eventIsToldOnceItsTransactionIsCommittedAndNeverIfItIsNot() throws Exception {
		try (Server server = Server.start(List.of(OrderEvents.class, OrderListener.class));
				Stream<String> lines = server.connect("orders")) {
			ApplicationEventPublisher events = server.context();
			TransactionTemplate transaction = new TransactionTemplate(server.bean(PlatformTransactionManager.class));
			transaction.executeWithoutResult((status) -> {
				events.publishEvent(new OrderPlaced("rolled back", 1));
				status.setRollbackOnly();
			});
			transaction.executeWithoutResult((status) -> {
				events.publishEvent(new OrderPlaced("committed", 2));
				// Takes its turn before the other, which is not committed yet
				server.bean(OrderListener.class).on(new OrderPlaced("at once", 3));
			});
			events.publishEvent(new OrderPlaced("without transaction", 4));
			assertThat(Server.read(lines, "data", 3)).containsExactly("{\"number\":\"at once\",\"items\":3}",
					"{\"number\":\"committed\",\"items\":2}", "{\"number\":\"without transaction\",\"items\":4}");
		}
	}

}
