package io.eventsource.recipes;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.recipes.OrderTracking.Order;
import io.eventsource.recipes.OrderTracking.OrderChanged;
import io.eventsource.recipes.OrderTracking.OrderListener;
import io.eventsource.recipes.OrderTracking.Orders;
import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class OrderTrackingTests {

	private static Server server;

	@BeforeAll
	static void startServer() {
		server = Server.startSecured(List.of(OrderTracking.class, OrderListener.class, Application.class),
				"spring.datasource.generate-unique-name=true", "eventsource.streams.orders.initial-replay=1",
				"eventsource.streams.orders.overflow=conflate", "eventsource.streams.orders.buffer-size=4",
				"eventsource.heartbeat=100ms");
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@Test
	void customerIsShownTheStateFirstAndThenEachChange() throws Exception {
		change("1-a", "paid");
		change("1-a", "packed");
		change("2-b", "cancelled");
		try (Stream<String> alice = open("alice", "1-a")) {
			Iterator<String> data = alice.filter((line) -> line.startsWith("data: ")).iterator();
			assertThat(data.next()).isEqualTo("data: " + json("1-a", "packed"));
			change("1-a", "sent");
			change("2-b", "paid after all");
			assertThat(data.next()).isEqualTo("data: " + json("1-a", "sent"));
		}
	}

	@Test
	void customerWhoComesBackIsShownWhatIsTrueNow() throws Exception {
		String id;
		try (Stream<String> alice = open("alice", "3-a")) {
			await().until(() -> clients("3-a") == 1);
			change("3-a", "paid");
			id = Server.read(alice.takeWhile((line) -> !line.startsWith("data")), "id", 9).get(1);
		}
		await().until(() -> clients("3-a") == 0);
		IntStream.range(10, 50).forEach((n) -> change("3-a", "stop " + n));
		try (Stream<String> alice = server
			.send(server.request("/events/orders/3-a", "alice").header("Last-Event-ID", id).build())
			.body()) {
			String last = json("3-a", "stop 49");
			List<String> states = new ArrayList<>();
			alice.filter((line) -> line.startsWith("data: {\"number"))
				.peek(states::add)
				.anyMatch((line) -> line.endsWith(last));
			assertThat(states).isSorted().doesNotHaveDuplicates().endsWith("data: " + last);
		}
	}

	@Test
	void changeIsToldOnceItIsCommitted() throws Exception {
		TransactionTemplate transaction = new TransactionTemplate(server.bean(PlatformTransactionManager.class));
		try (Stream<String> alice = open("alice", "4-a")) {
			await().until(() -> clients("4-a") == 1);
			transaction.executeWithoutResult((status) -> {
				server.context().publishEvent(new OrderChanged("4-a"));
				status.setRollbackOnly();
			});
			transaction.executeWithoutResult((status) -> change("4-a", "paid"));
			assertThat(Server.read(alice, "data", 1)).containsExactly(json("4-a", "paid"));
		}
	}

	@Test
	void orderOfSomebodyElseIsNotThere() throws Exception {
		change("5-a", "paid");
		assertThat(server.send(server.request("/events/orders/5-a", "bob").build()).statusCode()).isEqualTo(404);
		assertThat(server.send(server.request("/events/orders/9-z", "bob").build()).statusCode()).isEqualTo(404);
	}

	private static void change(String number, String state) {
		server.bean(Application.class).orders.put(number, new Order(number, state));
		server.context().publishEvent(new OrderChanged(number));
	}

	private static String json(String number, String state) {
		return "{\"number\":\"" + number + "\",\"state\":\"" + state + "\"}";
	}

	private static int clients(String number) {
		return server.bean(EventSourceEndpoint.class).clients("orders", number).size();
	}

	private static Stream<String> open(String user, String number) throws Exception {
		return server.send(server.request("/events/orders/" + number, user).build()).body();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final Map<String, Order> orders = new ConcurrentHashMap<>();

		/** Of Alice are those that end with an a, and so on. */
		@Bean
		Orders orderTable() {
			return new Orders() {

				@Override
				public Order find(String number) {
					return Application.this.orders.get(number);
				}

				@Override
				public boolean belongsTo(String number, String customer) {
					return customer.charAt(0) == number.charAt(number.length() - 1);
				}

			};
		}

	}

}
