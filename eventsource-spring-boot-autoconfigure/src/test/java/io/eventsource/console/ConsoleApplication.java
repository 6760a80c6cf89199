package io.eventsource.console;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventTopics;
import io.eventsource.PersonalStream;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application with streams of each kind.
 */
@Configuration(proxyBeanMethods = false)
class ConsoleApplication {

	@Bean
	EventChannel messages() {
		return EventChannel.create();
	}

	@Bean
	EventTopics rooms() {
		return EventTopics.create();
	}

	@Bean
	Flux<Event> ticks() {
		return Flux.never();
	}

	@Bean
	PersonalStream greetings() {
		return (client) -> Flux.just(Event.of("hello")).concatWith(Flux.never());
	}

}
