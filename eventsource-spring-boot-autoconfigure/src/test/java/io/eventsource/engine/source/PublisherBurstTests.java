package io.eventsource.engine.source;

import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Publishers that have much to send at once, and then perhaps end.
 */
class PublisherBurstTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@Test
	void finitePublisherLosesNothingForTheFirstClient() {
		Client client = this.engine.connect(this.engine.stream(Flux.just(Event.of("a"), Event.of("b"))));
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", "b");
	}

	@Test
	void laterClientsOfAFinitePublisherGetAllOfItAndThenTheEnd() {
		EventStream stream = this.engine.stream(Flux.just(Event.of("a"), Event.of("b")));
		this.engine.connect(stream).awaitClosed(CloseReason.COMPLETED);
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.COMPLETED);
		for (int i = 0; i < 3; i++) {
			Client client = this.engine.connect(stream);
			client.awaitClosed(CloseReason.COMPLETED);
			assertThat(client.data()).containsExactly("a", "b");
		}
	}

	@Test
	void emptyPublisherEndsItsClients() {
		EventStream stream = this.engine.stream(Flux.empty());
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).isEmpty();
		assertThat(stream.isOver(null)).isTrue();
	}

	@Test
	void longBurstArrivesWholeAndInOrder() {
		EventStream stream = this.engine.stream(Flux.range(1, 100_000).map(Event::of));
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).isEqualTo(IntStream.rangeClosed(1, 100_000).mapToObj(String::valueOf).toList());
	}

	@Test
	void longBurstArrivesWholeAtSeveralClientsThatWereThereBefore() {
		EventStream burst = this.engine.stream(Flux.range(1, 50_000).map(Event::of).delaySubscription(this.publisher));
		List<Client> readers = IntStream.range(0, 5).mapToObj((i) -> this.engine.connect(burst)).toList();
		this.publisher.awaitSubscriptions(1);
		this.publisher.complete();
		List<String> expected = IntStream.rangeClosed(1, 50_000).mapToObj(String::valueOf).toList();
		for (Client reader : readers) {
			reader.awaitClosed(CloseReason.COMPLETED);
			assertThat(reader.data()).isEqualTo(expected);
		}
	}

	@Test
	void burstOfLargeEventsAfterSmallOnesArrivesWhole() {
		StreamSettings settings = StreamSettings.builder().maxEventSize(64 * 1024).bufferMemory(1024 * 1024).build();
		String large = "x".repeat(60 * 1024);
		Flux<Event> events = Flux.range(0, 1000).map((i) -> Event.of((i < 500) ? "small" : large));
		Client client = this.engine.connect(this.engine.stream(events, settings));
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(1000);
	}

	@Test
	void burstOfLargeEventsAfterSmallOnesArrivesWholeThroughAChannel() {
		StreamSettings settings = StreamSettings.builder().maxEventSize(64 * 1024).bufferMemory(1024 * 1024).build();
		String large = "x".repeat(60 * 1024);
		EventChannel channel = EventChannel.create();
		Client client = this.engine.connect(this.engine.stream(channel, settings));
		IntStream.range(0, 1000).forEach((i) -> channel.publish("x", (i < 500) ? "small" : large));
		channel.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(1000);
	}

	@Test
	void burstOfEventsOfTheLargestSizeArrivesWhole() {
		StreamSettings settings = StreamSettings.builder().maxEventSize(64 * 1024).bufferMemory(64 * 1024).build();
		String largest = "x".repeat(64 * 1024 - "data: \n\n".length());
		Client client = this.engine
			.connect(this.engine.stream(Flux.range(0, 50).map((i) -> Event.of(largest)), settings));
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(50);
	}

	@Test
	void burstArrivesWholeThroughALogOfOneEvent() {
		StreamSettings settings = StreamSettings.builder().bufferSize(1).build();
		Client client = this.engine.connect(this.engine.stream(Flux.range(0, 2000).map(Event::of), settings));
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(2000);
	}

}
