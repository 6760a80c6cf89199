package io.eventsource.recipes;

import io.eventsource.Event;
import io.eventsource.EventTopics;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The notifications of each user, from a service that has a publisher for each.
 */
@Configuration(proxyBeanMethods = false)
class NotificationFeed {

	@Bean
	EventTopics notifications(NotificationService service) {
		return EventTopics.from((user) -> service.of(user).map((text) -> Event.of("notification", text)));
	}

	interface NotificationService {

		Flux<String> of(String user);

	}

}
