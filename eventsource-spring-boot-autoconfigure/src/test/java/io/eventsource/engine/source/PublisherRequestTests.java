package io.eventsource.engine.source;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How much a publisher is asked for, and when.
 */
class PublisherRequestTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@Test
	void demandIsNeverMoreThanTheLogHasRoomFor() {
		StreamSettings settings = StreamSettings.builder().bufferSize(100).build();
		EventStream stream = this.engine.stream(this.publisher, settings);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		long emitted = 0;
		while (emitted < 5000) {
			long due = this.publisher.link().requested() - emitted;
			assertThat(due).isBetween(0L, 100L);
			this.publisher.emit(IntStream.range(0, (int) due).boxed().toArray());
			emitted += due;
		}
		client.awaitEvents((int) emitted);
		assertThat(this.publisher.link().hasOverlappingRequests()).isFalse();
	}

	@Test
	void publisherThatEmitsByItselfIsAskedForAsMuchAsTheLogHolds() {
		EventStream stream = this.engine.stream(this.publisher, StreamSettings.builder().bufferSize(1000).build());
		this.engine.connect(stream);
		this.publisher.awaitRequest();
		assertThat(this.publisher.link().requested()).isLessThan(100);
		for (int i = 0; i < 50; i++) {
			this.publisher.emit(i);
		}
		TestEngine.await().until(() -> this.publisher.link().requested() > 50 + 700);
		assertThat(this.publisher.link().requested()).isLessThanOrEqualTo(50 + 1000);
	}

	@Test
	void publisherThatEmitsByItselfIsAskedForMoreBeforeItGoesOn() {
		ManualPublisher late = new ManualPublisher() {

			@Override
			public void onSubscribe(Link link) {
				// Not before the test says so
			}

		};
		CountDownLatch release = new CountDownLatch(1);
		try {
			// So that nobody else asks meanwhile
			this.engine.holdUpWorkers(release);
			this.engine.connect(this.engine.stream(late));
			TestEngine.await().until(() -> late.subscriptions() == 1);
			late.link().subscriber().onSubscribe(late.link());
			long before = late.link().requested();
			late.emit("a");
			assertThat(late.link().requested()).isGreaterThan(before);
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void requestsAreSerial() {
		ManualPublisher synchronous = new ManualPublisher() {

			@Override
			public void onRequest(Link link, long n) {
				for (int i = 0; i < n; i++) {
					link.subscriber().onNext(Event.of("x"));
					Thread.yield();
				}
			}

		};
		EventStream stream = this.engine.stream(synchronous, StreamSettings.builder().bufferSize(8).build());
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> client.data().size() > 2000);
		assertThat(synchronous.link().hasOverlappingRequests()).isFalse();
	}

	@Test
	void clientThatIsOpeningCountsAsOneThatCouldTakeMore() {
		StreamSettings settings = StreamSettings.builder().bufferSize(8).build();
		EventStream stream = this.engine.stream(Flux.range(1, 1000).map(Event::of), settings);
		Client client = this.engine.connectBlocked(stream);
		this.engine.tick();
		assertThat(stream.snapshot().published()).isLessThanOrEqualTo(8);
		client.sink().ready();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(1000);
	}

	@Test
	void clientCountsFromTheMomentItHasItsPlace() {
		CountDownLatch release = new CountDownLatch(1);
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.holdUpWorkers(release);
		assertThat(stream.floor()).isEqualTo(Long.MAX_VALUE);
		this.engine.connect(stream);
		assertThat(stream.floor()).isZero();
		release.countDown();
	}

	@Test
	void channelWithoutClientsDoesNotWaitForTicks() {
		EventChannel channel = EventChannel.create(16, Patience.LIMIT);
		EventStream stream = this.engine.stream(channel, StreamSettings.builder().bufferSize(16).build());
		stream.start();
		long start = System.nanoTime();
		// With 16 for each tick it would take more than two minutes
		IntStream.range(0, 20_000).forEach((i) -> channel.publish("x", i));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Patience.LIMIT);
		TestEngine.await().until(() -> stream.snapshot().published() == 20_000);
	}

}
