package io.eventsource.recipes;

import java.time.Duration;

import io.eventsource.Event;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitFailureHandler;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A sink of Reactor.
 */
@Configuration(proxyBeanMethods = false)
class ReactorNews {

	private final Sinks.Many<Event> sink = Sinks.many().multicast().directBestEffort();

	@Bean
	Flux<Event> news() {
		return this.sink.asFlux().onBackpressureBuffer(1024);
	}

	void publish(String headline) {
		this.sink.emitNext(Event.of("news", headline), EmitFailureHandler.busyLooping(Duration.ofSeconds(1)));
	}

}
