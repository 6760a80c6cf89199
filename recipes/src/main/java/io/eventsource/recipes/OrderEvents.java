package io.eventsource.recipes;

import io.eventsource.EventChannel;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Spring application events.
 */
@Configuration(proxyBeanMethods = false)
class OrderEvents {

	@Bean
	EventChannel orders() {
		return EventChannel.create();
	}

	@Component
	static class OrderListener {

		private final EventChannel orders;

		OrderListener(EventChannel orders) {
			this.orders = orders;
		}

		@TransactionalEventListener(fallbackExecution = true)
		void on(OrderPlaced order) {
			this.orders.publish("order-placed", order);
		}

	}

	record OrderPlaced(String number, int items) {

	}

}
