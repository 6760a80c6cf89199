package io.eventsource.web;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.Background;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.EventStreamReader.Received;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that are cut off and come back over HTTP.
 */
@Tag("direct")
class ResumeTests {

	private static final int EVENTS = 20_000;

	private static final int CLIENTS = 12;

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	/**
	 * A failure names the seed: {@code -Deventsource.seed=} repeats the choices, though
	 * not the network's timing.
	 */
	@ParameterizedTest
	@EachContainer
	void clientsCutOffAtRandomPointsOfAFastStreamGetEachEventOnceAndInOrder(TestServer.Container container) {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		this.server = TestServer.start(container, Application.class, "eventsource.buffer-size=" + EVENTS,
				"eventsource.buffer-memory=64MB");
		List<Reader> readers = IntStream.range(0, CLIENTS).mapToObj((i) -> new Reader(seed + i)).toList();
		List<CompletableFuture<Void>> runs = readers.stream().map((reader) -> Background.run(reader)).toList();
		await().until(() -> this.server.clients("orders") > CLIENTS / 2);
		EventChannel orders = this.server.context().getBean("orders", EventChannel.class);
		for (int i = 0; i < EVENTS; i++) {
			orders.publish("message", i + ":" + "x".repeat(i % 97));
		}
		orders.publish("end", "end");
		CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new)).join();
		assertThat(readers).as("-Deventsource.seed=%d", seed).allSatisfy((reader) -> {
			assertThat(reader.numbers).isNotEmpty();
			assertThat(reader.numbers).isEqualTo(IntStream.range(reader.numbers.get(0), EVENTS).boxed().toList());
		});
		assertThat(readers.stream().mapToInt((reader) -> reader.connections).sum()).isGreaterThan(2 * CLIENTS);
	}

	@ParameterizedTest
	@EachContainer
	void historiesOfOneStreamAndOfAllAreAsked(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class);
		assertThat(resumed("/events/orders", "order-7", 2)).containsExactly("order after order-7",
				"common after order-7");
		assertThat(resumed("/events/news", "order-7", 1)).containsExactly("common after order-7");
		assertThat(resumed("/events/news", "nobody", 1)).containsExactly("{\"cause\":\"unknown\"}");
	}

	private List<String> resumed(String path, String lastEventId, int count) throws Exception {
		try (StreamClient client = StreamClient.connect(this.server.uri(path), "Last-Event-ID", lastEventId)) {
			await().until(() -> client.count() >= count);
			return client.data();
		}
	}

	/**
	 * A client that cuts its own connection again and again.
	 */
	private final class Reader implements Runnable {

		private final Random random;

		private final List<Integer> numbers = new ArrayList<>();

		private int connections;

		Reader(long seed) {
			this.random = new Random(seed);
		}

		@Override
		public void run() {
			String lastEventId = "";
			boolean ended = false;
			while (!ended) {
				this.connections++;
				int enough = (this.random.nextInt(4) == 0) ? 0 : this.random.nextInt(EVENTS / 5);
				try (StreamClient client = lastEventId.isEmpty() ? StreamClient.connect(uri())
						: StreamClient.connect(uri(), "Last-Event-ID", lastEventId)) {
					await().pollInterval(Duration.ofMillis(1))
						.until(() -> client.count() > enough || client.events().toString().contains("type=end"));
					client.close();
					// More may come even now, which is neither taken nor counted
					List<Received> events = client.events();
					ended = take(events);
					lastEventId = events.get(events.size() - 1).lastEventId();
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}
		}

		private URI uri() {
			return ResumeTests.this.server.uri("/events/orders");
		}

		private boolean take(List<Received> events) {
			for (Received event : events) {
				if (event.type().equals("end")) {
					return true;
				}
				assertThat(event.type()).isEqualTo("message");
				this.numbers.add(Integer.valueOf(event.data().substring(0, event.data().indexOf(':'))));
			}
			return false;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel orders() {
			return EventChannel.create();
		}

		@Bean
		EventChannel news() {
			return EventChannel.create();
		}

		@Bean
		@Qualifier("orders")
		EventHistory orderHistory() {
			return (lastEventId, client, limit) -> lastEventId.startsWith("order-")
					? Stream.of(event("order after " + lastEventId, lastEventId), event("common after order-7", "c"))
					: null;
		}

		@Bean
		EventHistory commonHistory() {
			return Application::common;
		}

		private static @Nullable Stream<Event> common(String lastEventId, EventClient client, int limit) {
			return lastEventId.equals("nobody") ? null : Stream.of(event("common after " + lastEventId, "c"));
		}

		private static Event event(String data, String id) {
			return Event.builder().id(id + "!").data(data).build();
		}

	}

}
