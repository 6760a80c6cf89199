package io.eventsource.benchmarks.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A handler that returns a {@link Flux} from a sink that all clients share, for Spring
 * MVC and for WebFlux.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(FluxApplication.Controller.class)
class FluxApplication {

	static StreamServer start(SpringServer.Container container, String... settings) {
		ConfigurableApplicationContext context = SpringServer.start(FluxApplication.class, container, settings);
		Controller controller = context.getBean(Controller.class);
		return new StreamServer() {

			@Override
			public int port() {
				return SpringServer.port(context);
			}

			@Override
			public int clients() {
				return controller.clients.get();
			}

			@Override
			public void publish(String id, String data) {
				controller.publish(id, data);
			}

		};
	}

	@RestController
	static class Controller {

		/** The size of the buffer is that of {@code onBackpressureBuffer()}. */
		private final Sinks.Many<ServerSentEvent<String>> sink = Sinks.many()
			.multicast()
			.onBackpressureBuffer(256, false);

		private final AtomicInteger clients = new AtomicInteger();

		@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<ServerSentEvent<String>> events() {
			return this.sink.asFlux()
				.doOnSubscribe((subscription) -> this.clients.incrementAndGet())
				.doFinally((signal) -> this.clients.decrementAndGet());
		}

		/**
		 * Waits while the buffer is full, so that no event is dropped for the speed of
		 * the publisher alone.
		 */
		void publish(String id, String data) {
			this.sink.emitNext(ServerSentEvent.builder(data).id(id).build(), (signal, result) -> {
				LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
				return result == Sinks.EmitResult.FAIL_OVERFLOW;
			});
		}

	}

}
