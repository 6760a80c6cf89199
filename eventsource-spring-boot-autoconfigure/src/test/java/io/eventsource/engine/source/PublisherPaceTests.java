package io.eventsource.engine.source;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.delivery.Contention;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * For how long clients that take little hold up their publisher.
 */
class PublisherPaceTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@Test
	void blockedClientHoldsUpThePublisherForTheGraceOnly() {
		StreamSettings settings = StreamSettings.builder().bufferSize(8).build();
		EventStream stream = this.engine.stream(endless(new AtomicLong()), settings);
		Client reader = this.engine.connect(stream);
		Client blocked = this.engine.connect(stream);
		TestEngine.await().until(() -> !blocked.data().isEmpty());
		blocked.sink().block();
		TestEngine.await().pollInterval(Duration.ofMillis(50)).until(() -> {
			long count = stream.snapshot().published();
			this.engine.tick();
			return stream.snapshot().published() == count;
		});
		long before = stream.snapshot().published();
		this.engine.advance(Duration.ofNanos(Contention.GRACE).minusMillis(10));
		this.engine.tick();
		assertThat(stream.snapshot().published()).isLessThanOrEqualTo(before + 8);
		blocked.assertOpen();
		this.engine.advance(Duration.ofMillis(20));
		TestEngine.await().until(() -> stream.snapshot().published() > before + 100);
		reader.assertOpen();
		blocked.sink().ready();
		blocked.awaitClosed(CloseReason.OVERFLOW);
		stream.stop();
		reader.awaitClosed(CloseReason.COMPLETED);
	}

	@Test
	void publisherDoesNotRunAwayFromAClientThatIsJustComing() {
		// One worker serves the readers, the other one whoever comes
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel, StreamSettings.builder().bufferSize(8).build());
		Client reader = this.engine.connect(stream);
		Client guest = this.engine.connect(stream);
		guest.sink().connection().close(CloseReason.DISCONNECTED);
		guest.awaitClosed(CloseReason.DISCONNECTED);
		this.engine.connect(stream);
		this.engine.beforeLook(() -> {
			for (int i = 0; i < 100; i++) {
				channel.publish("message", i);
				this.engine.work(0);
			}
		});
		Client comer = this.engine.connectBlocked(stream);
		comer.sink().ready();
		reader.awaitEvents(100);
		comer.awaitEvents(100);
	}

	@Test
	void graceIsSpentInAllUntilTheClientHasEverything() {
		StreamSettings settings = StreamSettings.builder().bufferSize(1000).build();
		EventStream stream = this.engine.stream(this.publisher, settings);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		client.sink().block();
		this.publisher.emit("x".repeat(100), "x".repeat(100), "x".repeat(100));
		for (int i = 0; i < 2; i++) {
			this.engine.work();
			this.engine.advance(Duration.ofNanos(Contention.GRACE).dividedBy(2).plusMillis(1));
			assertThat(stream.floor()).as("after %d pauses", i).isEqualTo((i == 0) ? 0 : Long.MAX_VALUE);
			client.sink().ready(1);
		}
	}

	@Test
	void clientThatHadNothingToReadForLongStillHasItsGrace() {
		StreamSettings settings = StreamSettings.builder().heartbeat(Duration.ZERO).build();
		EventStream stream = this.engine.stream(this.publisher, settings);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.engine.work();
		this.engine.advance(Duration.ofMinutes(1));
		client.sink().block();
		this.publisher.emit("a");
		this.engine.work();
		assertThat(stream.floor()).isZero();
		client.assertOpen();
	}

	@Test
	void graceBeginsAnewWhenTheClientHasEverything() {
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		for (int i = 1; i <= 4; i++) {
			client.sink().block();
			this.publisher.emit(i);
			this.engine.work();
			this.engine.advance(Duration.ofNanos(Contention.GRACE).dividedBy(2));
			assertThat(stream.floor()).as("the client counts in round %d", i).isEqualTo(i - 1);
			client.sink().ready();
			client.awaitEvents(i);
		}
	}

	@Test
	void clientOfAPersonalStreamHoldsUpItsPublisherForAsLongAsItBlocks() {
		StreamSettings settings = StreamSettings.builder().bufferSize(8).build();
		EventStream stream = this.engine.stream(Flux.range(1, 1000).map(Event::of),
				(builder) -> builder.settings(settings).personal((ended) -> {
				}));
		Client client = this.engine.connectBlocked(stream);
		this.engine.advance(Duration.ofSeconds(20));
		this.engine.tick();
		assertThat(stream.snapshot().published()).isLessThanOrEqualTo(8);
		client.sink().ready();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(1000);
	}

	@Test
	void endlessPublisherWithoutClientsIsAskedForOneLogOnEachTick() {
		StreamSettings settings = StreamSettings.builder().bufferSize(8).build();
		AtomicLong emitted = new AtomicLong();
		this.engine.stream(endless(emitted), settings).start();
		TestEngine.await().until(() -> emitted.get() > 0);
		long before = emitted.get();
		for (int i = 1; i <= 5; i++) {
			this.engine.tick();
			long least = before + i;
			TestEngine.await().until(() -> emitted.get() >= least);
			// A tick of the engine may take a second one of a worker
			assertThat(emitted.get()).isLessThanOrEqualTo(before + 8L * (2 * i + 1));
		}
	}

	@Test
	void endlessPublisherReachesItsClientAndIsLetGo() {
		AtomicLong emitted = new AtomicLong();
		EventStream stream = this.engine.stream(endless(emitted));
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> client.data().size() > 20_000);
		stream.stop();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data())
			.isEqualTo(IntStream.range(0, client.data().size()).mapToObj((i) -> String.valueOf(i + 1)).toList());
	}

	private static Publisher<Event> endless(AtomicLong emitted) {
		return Flux.generate((sink) -> sink.next(Event.of(emitted.incrementAndGet())));
	}

}
