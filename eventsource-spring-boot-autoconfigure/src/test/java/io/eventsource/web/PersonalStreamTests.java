package io.eventsource.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.PersonalStream;
import io.eventsource.StreamSnapshot.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams of which each client has its own: beans of {@link PersonalStream}, and
 * publishers that are subscribed to per client.
 */
@Tag("direct")
class PersonalStreamTests {

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void eachClientGetsWhatWasMadeForItAndIsLetGoWhenItLeaves(TestServer.Container container) throws Exception {
		start(container);
		Streams streams = this.server.bean(Streams.class);
		StreamClient first = StreamClient.connect(this.server.uri("/events/notifications"));
		StreamClient second = StreamClient.connect(this.server.uri("/events/notifications"), "Last-Event-ID", "n 7");
		await().until(() -> first.count() == 1 && second.count() == 1);
		assertThat(streams.clients).extracting(EventClient::stream).containsOnly("notifications");
		assertThat(streams.clients).extracting(EventClient::lastEventId).containsExactlyInAnyOrder(null, "n 7");
		assertThat(streams.clients).extracting(EventClient::remoteAddress).containsOnly("127.0.0.1");
		assertThat(first.data()).doesNotContainAnyElementsOf(second.data());
		assertThat(second.events()).extracting(Received::type).containsExactly("hello");
		assertThat(this.server.snapshot("notifications")).satisfies((snapshot) -> {
			assertThat(snapshot.clients()).isEqualTo(2);
			assertThat(snapshot.published()).isEqualTo(2);
			assertThat(snapshot.state()).isEqualTo(State.LIVE);
		});
		first.close();
		second.close();
		await().until(() -> streams.cancelled.get() == 2);
		await().until(() -> this.server.clients("notifications") == 0);
		assertThat(this.server.snapshot("notifications").published()).isGreaterThanOrEqualTo(2);
	}

	@ParameterizedTest
	@EachContainer
	void publisherIsSubscribedToForEachClient(TestServer.Container container) throws Exception {
		start(container);
		for (int i = 1; i <= 3; i++) {
			try (StreamClient client = StreamClient.connect(this.server.uri("/events/cold"))) {
				assertThat(client.awaitEnd().data()).containsExactly("1", "2", "3");
			}
			assertThat(this.server.bean(Streams.class).subscriptions).hasValue(i);
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientThatComesBackToAPersonalStreamThatHasEndedIsToldNotToComeBack(TestServer.Container container)
			throws Exception {
		start(container);
		StreamClient client = StreamClient.connect(this.server.uri("/events/cold")).awaitEnd();
		StreamClient back = StreamClient.connect(this.server.uri("/events/cold"), "Last-Event-ID",
				client.lastEventId());
		assertThat(back.head().statusCode()).isEqualTo(204);
		assertThat(this.server.bean(Streams.class).subscriptions).hasValue(1);
	}

	@ParameterizedTest
	@EachContainer
	void clientThatWasCutOffIsToldThatItsStreamBeganAnew(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = StreamClient.connect(this.server.uri("/events/cold")).awaitEnd();
		String lastEventId = client.events().get(1).lastEventId();
		StreamClient back = StreamClient.connect(this.server.uri("/events/cold"), "Last-Event-ID", lastEventId)
			.awaitEnd();
		assertThat(back.data()).containsExactly("{\"cause\":\"restarted\"}", "1", "2", "3");
	}

	@ParameterizedTest
	@EachContainer
	void demandFollowsTheReadingOfTheClient(TestServer.Container container) throws Exception {
		start(container);
		AtomicLong emitted = this.server.bean(Streams.class).emitted;
		try (RawClient stalled = RawClient.stalled(this.server.port(), "/events/endless")) {
			await().until(() -> emitted.get() > 0);
			long settled = await().pollInterval(Duration.ofMillis(300))
				.until(() -> emitted.get(), (now) -> now == emitted.get() && now > 16);
			// What the sockets hold, and no more than the window beyond that
			assertThat(settled).isLessThan(10_000);
			stalled.read(1_000_000);
			await().until(() -> emitted.get() > settled);
		}
		await().until(() -> this.server.clients("endless") == 0);
		long after = emitted.get();
		StreamClient reader = StreamClient.connect(this.server.uri("/events/endless"));
		await().until(() -> reader.count() > 1000);
		assertThat(reader.data().subList(0, 1000))
			.isEqualTo(IntStream.range(0, 1000).mapToObj((i) -> "x".repeat(1000) + i).toList());
		reader.close();
		await().until(() -> this.server.clients("endless") == 0);
		assertThat(emitted.get()).isGreaterThan(after);
	}

	@ParameterizedTest
	@EachContainer
	void failureEndsTheResponseAndTheClientMayComeBack(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = StreamClient.connect(this.server.uri("/events/failing")).awaitEnd();
		assertThat(client.data()).containsExactly("a");
		StreamClient back = StreamClient
			.connect(this.server.uri("/events/failing"), "Last-Event-ID", client.lastEventId())
			.awaitEnd();
		assertThat(back.data()).containsExactly("{\"cause\":\"restarted\"}", "a");
	}

	@ParameterizedTest
	@EachContainer
	void factoryThatThrowsEndsTheResponse(TestServer.Container container) throws Exception {
		start(container);
		assertThat(StreamClient.connect(this.server.uri("/events/refusing")).awaitEnd().data()).isEmpty();
	}

	@ParameterizedTest
	@EachContainer
	void stopEndsAPersonalStreamForAllClients(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = StreamClient.connect(this.server.uri("/events/notifications"));
		await().until(() -> client.count() == 1);
		this.server.bean(EventSourceEndpoint.class).stop("notifications");
		client.awaitEnd();
		assertThat(StreamClient.connect(this.server.uri("/events/notifications")).head().statusCode()).isEqualTo(204);
		assertThat(this.server.snapshot("notifications").state()).isEqualTo(State.COMPLETED);
	}

	private void start(TestServer.Container container) {
		this.server = TestServer.start(container, Streams.class, "eventsource.streams.cold.subscription=per-client",
				"eventsource.streams.endless.subscription=per-client", "eventsource.heartbeat=200ms",
				"eventsource.streams.failing.subscription=per-client");
	}

	@Configuration
	static class Streams {

		private final List<EventClient> clients = new CopyOnWriteArrayList<>();

		private final AtomicInteger cancelled = new AtomicInteger();

		private final AtomicInteger subscriptions = new AtomicInteger();

		private final AtomicLong emitted = new AtomicLong();

		@Bean
		PersonalStream notifications() {
			return (client) -> {
				this.clients.add(client);
				return Flux.concat(Flux.just(Event.of("hello", client.id())), Flux.<Event>never())
					.doOnCancel(this.cancelled::incrementAndGet);
			};
		}

		@Bean
		Flux<Event> cold() {
			return Flux.just(1, 2, 3)
				.map(Event::of)
				.doOnSubscribe((subscription) -> this.subscriptions.incrementAndGet());
		}

		@Bean
		Publisher<Event> endless() {
			return Flux.<Event, Integer>generate(() -> 0, (i, sink) -> {
				this.emitted.incrementAndGet();
				sink.next(Event.of("x".repeat(1000) + i));
				return i + 1;
			});
		}

		@Bean
		Flux<Event> failing() {
			return Flux.concat(Flux.just(Event.of("a")), Flux.error(new IllegalStateException("failure")));
		}

		@Bean
		PersonalStream refusing() {
			return (client) -> {
				throw new IllegalStateException("nothing for " + client);
			};
		}

	}

}
