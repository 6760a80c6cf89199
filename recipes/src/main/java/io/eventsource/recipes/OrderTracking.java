package io.eventsource.recipes;

import io.eventsource.EventTopics;
import io.eventsource.web.Admission;
import io.eventsource.web.StreamAdmission;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * The state of each order, for the customer who has placed it.
 */
@Configuration(proxyBeanMethods = false)
class OrderTracking {

	@Bean
	EventTopics orders() {
		return EventTopics.create();
	}

	@Bean
	@Qualifier("orders")
	StreamAdmission customers(Orders orders) {
		return (client, request) -> orders.belongsTo(client.topic(), client.principalName()) ? Admission.accept()
				: Admission.notFound();
	}

	@Component
	static class OrderListener {

		private final Orders orders;

		private final EventTopics topics;

		OrderListener(Orders orders, @Qualifier("orders") EventTopics topics) {
			this.orders = orders;
			this.topics = topics;
		}

		@TransactionalEventListener(fallbackExecution = true)
		synchronized void on(OrderChanged change) {
			this.topics.publish(change.number(), "order", this.orders.find(change.number()));
		}

	}

	interface Orders {

		Order find(String number);

		boolean belongsTo(@Nullable String number, @Nullable String customer);

	}

	record Order(String number, String state) {

	}

	record OrderChanged(String number) {

	}

}
