package io.eventsource.war;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.PersonalStream;
import io.eventsource.web.EventSourceEndpoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * An application that a container of the user's own deploys.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class WarApplication extends SpringBootServletInitializer {

	@Override
	protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
		return builder.sources(WarApplication.class);
	}

	@Bean
	EventChannel messages() {
		return EventChannel.create();
	}

	@Bean
	EventChannel ticks() {
		return EventChannel.create();
	}

	/** Not of Reactor, whose threads are never ended. */
	@Bean(destroyMethod = "shutdownNow")
	ScheduledExecutorService ticker(EventChannel ticks) {
		ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
		ticker.scheduleAtFixedRate(() -> ticks.publish("tick", "tack"), 50, 50, TimeUnit.MILLISECONDS);
		return ticker;
	}

	@Bean
	PersonalStream personal() {
		return (client) -> Flux.concat(Flux.just(Event.of("hello")), Flux.never());
	}

	/**
	 * A stream of a controller.
	 */
	@RestController
	static class Routes {

		private final ObjectProvider<EventSourceEndpoint> endpoint;

		Routes(ObjectProvider<EventSourceEndpoint> endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/own")
		SseEmitter own(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.getObject().open(Flux.concat(Flux.just("hello"), Flux.never()), request, response);
		}

	}

}
