package io.eventsource.engine.source;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.runtime.Dispatcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * What a publisher sees of a stream, and what it may do to it.
 */
class StreamSourceTests {

	private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

	private static final String REJECTED = "{\"cause\":\"rejected\"}";

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void publisherIsSubscribedToOnceWhenTheFirstClientHasItsPlace() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.tick();
		assertThat(this.publisher.subscriptions()).isZero();
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.WAITING);
		this.engine.connectBlocked(stream);
		awaitSubscriptions(1);
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
		this.engine.connect(stream);
		stream.start();
		this.engine.tick();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void startedStreamSubscribesWithoutAClient() {
		this.engine.stream(this.publisher).start();
		awaitSubscriptions(1);
	}

	@Test
	void closedStreamDoesNotSubscribe() {
		EventStream stream = this.engine.stream(this.publisher);
		stream.close();
		stream.start();
		this.engine.tick();
		assertThat(this.publisher.subscriptions()).isZero();
	}

	@Test
	void workersNeverCallThePublisher() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.publisher.emit(IntStream.range(0, 16).boxed().toArray());
		client.awaitEvents(16);
		TestEngine.await().until(() -> this.publisher.link().requests().size() > 1);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		assertThat(this.publisher.threads()).noneMatch((call) -> call.contains("eventsource-dispatch"));
	}

	@Test
	void publisherIsSubscribedToAndAskedOnThreadsOfTheIntake() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		awaitRequested();
		assertThat(this.publisher.threads())
			.allMatch((call) -> call.matches("(subscribe|request) on eventsource-intake-\\d+"));
	}

	@Test
	void publisherThatBlocksHoldsUpNoOtherStream() {
		CountDownLatch release = new CountDownLatch(1);
		Publisher<Event> blocking = (subscriber) -> {
			try {
				release.await();
			}
			catch (InterruptedException ex) {
				// The dispatcher was closed
			}
		};
		try {
			for (int i = 0; i < 20; i++) {
				this.engine.connect(this.engine.stream(blocking));
			}
			this.engine.connect(this.engine.stream(Flux.just(Event.of("a")))).awaitData("a");
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void writerThatBlocksHoldsUpNoOtherStream() {
		CountDownLatch release = new CountDownLatch(1);
		EventChannel channel = EventChannel.create();
		channel.publish("early", 1);
		EventStream blocking = this.engine.stream(channel, (builder) -> builder.dataWriter((data) -> {
			release.await();
			return "late";
		}));
		Thread starter = new Thread(blocking::start);
		starter.start();
		try {
			TestEngine.await().until(() -> starter.getState() == Thread.State.WAITING || !starter.isAlive());
			this.engine.tick();
			for (int i = 0; i < 4; i++) {
				this.engine.connect(this.engine.stream(Flux.just(Event.of("a")))).awaitData("a");
			}
		}
		finally {
			release.countDown();
		}
		Client client = this.engine.connect(blocking);
		channel.complete();
		client.awaitClosed(CloseReason.COMPLETED);
	}

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
		awaitSubscriptions(1);
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

	@Test
	void demandIsNeverMoreThanTheLogHasRoomFor() {
		StreamSettings settings = StreamSettings.builder().bufferSize(100).build();
		EventStream stream = this.engine.stream(this.publisher, settings);
		Client client = this.engine.connect(stream);
		awaitRequested();
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
		awaitRequested();
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
			holdUpWorkers(release);
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
		holdUpWorkers(release);
		assertThat(stream.floor()).isEqualTo(Long.MAX_VALUE);
		this.engine.connect(stream);
		assertThat(stream.floor()).isZero();
		release.countDown();
	}

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
		awaitRequested();
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
		awaitRequested();
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
		awaitRequested();
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

	@Test
	void publisherThatIgnoresDemandFloodsOnlyTheLog() {
		StreamSettings settings = StreamSettings.builder().bufferSize(8).build();
		EventStream stream = this.engine.stream(this.publisher, settings);
		Client blocked = this.engine.connect(stream);
		awaitRequested();
		this.publisher.emit("first");
		blocked.awaitData("first");
		blocked.sink().block();
		this.publisher.emit(IntStream.range(0, 10_000).boxed().toArray());
		assertThat(stream.snapshot().published()).isEqualTo(10_001);
		blocked.sink().ready();
		blocked.awaitClosed(CloseReason.OVERFLOW);
		assertThat(blocked.data()).containsExactly("first");
		Client next = this.engine.connect(stream);
		this.publisher.emit("a");
		next.awaitData("a");
	}

	@Test
	void publisherThatEmitsWithoutBeingAskedIsTaken() {
		EventStream stream = this.engine.stream(new ManualPublisher() {

			@Override
			public void onSubscribe(Link link) {
				link.subscriber().onSubscribe(link);
				link.subscriber().onNext(Event.of("a"));
				link.subscriber().onNext(Event.of("b"));
				link.subscriber().onComplete();
			}

		});
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", "b");
	}

	@Test
	void publisherThatThrowsWhenSubscribedToIsSubscribedToAgain() {
		RuntimeException failure = new IllegalStateException("no subscription");
		ManualPublisher broken = new ManualPublisher() {

			@Override
			public void onSubscribe(Link link) {
				if (subscriptions() == 1) {
					throw failure;
				}
				super.onSubscribe(link);
			}

		};
		Client client = this.engine.connect(this.engine.stream(broken));
		TestEngine.await().until(() -> this.engine.listener().failures().equals(List.of(failure)));
		this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		TestEngine.await().until(() -> broken.subscriptions() == 2);
		broken.emit("a");
		client.awaitData("a");
	}

	@Test
	void publisherThatThrowsWhenAskedForEventsIsSubscribedToAgain() {
		ManualPublisher broken = new ManualPublisher() {

			@Override
			public void onRequest(Link link, long n) {
				if (subscriptions() == 1) {
					link.subscriber().onNext(Event.of("a"));
					throw new IllegalStateException("no request");
				}
				link.subscriber().onNext(Event.of("b"));
				link.subscriber().onComplete();
			}

		};
		Client client = this.engine.connect(this.engine.stream(broken));
		TestEngine.await().until(() -> this.engine.listener().failures().size() == 1);
		client.awaitData("a");
		this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", "b");
	}

	@Test
	void publisherThatThrowsWhenCancelledIsLetGoAllTheSame() {
		ManualPublisher broken = new ManualPublisher() {

			@Override
			public void onCancel(Link link) {
				throw new IllegalStateException("no cancel");
			}

		};
		EventStream stream = this.engine.stream(broken);
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> broken.subscriptions() == 1);
		TestEngine.await().until(() -> !broken.link().requests().isEmpty());
		stream.stop();
		client.awaitClosed(CloseReason.COMPLETED);
		TestEngine.await().until(() -> broken.link().cancellations() == 1);
	}

	@Test
	void nullOfAPublisherIsAnsweredWithAnErrorOfItsOwn() {
		Client client = this.engine.connect(this.engine.stream(this.publisher));
		awaitRequested();
		assertThatNullPointerException().isThrownBy(() -> this.publisher.link().subscriber().onNext(null));
		assertThatNullPointerException().isThrownBy(() -> this.publisher.fail(null));
		this.publisher.emit("a");
		client.awaitData("a");
		assertThat(this.engine.listener().failures()).isEmpty();
	}

	@Test
	void nullWithinARequestIsAFailure() {
		ManualPublisher broken = new ManualPublisher() {

			@Override
			public void onRequest(Link link, long n) {
				link.subscriber().onNext((subscriptions() == 1) ? null : Event.of("a"));
			}

		};
		Client client = this.engine.connect(this.engine.stream(broken));
		TestEngine.await().until(() -> this.engine.listener().failures().size() == 1);
		this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		TestEngine.await().until(() -> client.data().contains("a"));
	}

	@Test
	void nullForASubscriptionIsAFailure() {
		ManualPublisher broken = new ManualPublisher() {

			@Override
			public void onSubscribe(Link link) {
				link.subscriber().onSubscribe(null);
			}

		};
		Client client = this.engine.connect(this.engine.stream(broken));
		TestEngine.await().until(() -> this.engine.listener().failures().size() == 1);
		client.assertOpen();
	}

	@Test
	void secondSubscriptionIsCancelledAndTheFirstGoesOn() {
		Client client = this.engine.connect(this.engine.stream(this.publisher));
		awaitRequested();
		ManualPublisher.Link second = this.publisher.new Link(this.publisher.link().subscriber());
		this.publisher.link().subscriber().onSubscribe(second);
		assertThat(second.cancellations()).isOne();
		assertThat(this.publisher.link().cancellations()).isZero();
		this.publisher.emit("a");
		client.awaitData("a");
		assertThat(second.requests()).isEmpty();
	}

	@Test
	void signalsAfterTheEndHaveNoEffect() {
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.publisher.emit("a");
		this.publisher.complete();
		this.publisher.emit("b");
		this.publisher.complete();
		this.publisher.fail(new IllegalStateException("late"));
		client.awaitClosed(CloseReason.COMPLETED);
		this.engine.advance(Duration.ofMinutes(1));
		assertThat(client.data()).containsExactly("a");
		assertThat(stream.snapshot().published()).isOne();
		assertThat(this.engine.listener().failures()).isEmpty();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void signalsAfterAFailureHaveNoEffect() {
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.publisher.fail(new IllegalStateException("first"));
		this.publisher.emit("a");
		this.publisher.fail(new IllegalStateException("second"));
		this.publisher.complete();
		assertThat(this.engine.listener().failures()).hasSize(1);
		assertThat(stream.snapshot().published()).isZero();
		client.assertOpen();
	}

	@Test
	void signalsOfAStoppedStreamHaveNoEffect() {
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		awaitRequested();
		stream.stop();
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		this.publisher.emit("a");
		this.publisher.fail(new IllegalStateException("late"));
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).isEmpty();
		assertThat(this.engine.listener().failures()).isEmpty();
	}

	@Test
	void failedPublisherIsSubscribedToAgainAfterAPauseWhileClientsStay() {
		RuntimeException failure = new IllegalStateException("broken pipe");
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.publisher.emit("a");
		this.publisher.fail(failure);
		assertThat(this.engine.listener().failures()).containsExactly(failure);
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.RESTARTING);
		this.engine.advance(HALF_A_SECOND.minusMillis(1));
		assertThat(this.publisher.subscriptions()).isOne();
		this.engine.advance(HALF_A_SECOND.plusMillis(1));
		awaitSubscriptions(2);
		awaitRequested();
		client.assertOpen();
		this.publisher.emit("b");
		client.awaitData("a", "b");
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
	}

	@Test
	void newClientDoesNotCutThePauseShort() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		awaitRequested();
		this.publisher.fail(new IllegalStateException("first"));
		this.engine.connect(stream);
		stream.start();
		this.engine.tick();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void pausesGrowUpToHalfAMinute() {
		this.engine.connect(this.engine.stream(this.publisher));
		Duration pause = HALF_A_SECOND.multipliedBy(2);
		for (int i = 1; i <= 8; i++) {
			awaitSubscriptions(i);
			this.publisher.fail(new IllegalStateException("failure " + i));
			this.engine.advance(pause.dividedBy(2).minusMillis(1));
			assertThat(this.publisher.subscriptions()).as("after failure %d", i).isEqualTo(i);
			this.engine.advance(pause.dividedBy(2).plusMillis(1));
			pause = pause.multipliedBy(2);
			pause = (pause.compareTo(Duration.ofSeconds(30)) > 0) ? Duration.ofSeconds(30) : pause;
		}
		awaitSubscriptions(9);
	}

	@Test
	void pausesBeginAnewOnceThePublisherHasLivedForAWhile() {
		this.engine.connect(this.engine.stream(this.publisher));
		for (int i = 1; i <= 4; i++) {
			awaitSubscriptions(i);
			awaitRequested();
			this.publisher.emit("a");
			this.engine.advance(Duration.ofSeconds(30));
			this.publisher.fail(new IllegalStateException("failure " + i));
			this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		}
		awaitSubscriptions(5);
	}

	@Test
	void quietPublisherThatWasSubscribedToAgainIsLive() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		awaitRequested();
		this.publisher.fail(new IllegalStateException("once"));
		this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		awaitSubscriptions(2);
		awaitRequested();
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
	}

	@Test
	void failedPublisherOfAStoppedStreamIsLeftAlone() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		awaitRequested();
		this.publisher.fail(new IllegalStateException("once"));
		stream.stop();
		this.engine.advance(Duration.ofMinutes(1));
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void failureOfAPersonalStreamSendsItsClientAway() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.publisher.fail(new IllegalStateException("once"));
		client.awaitClosed(CloseReason.FAILED);
		this.engine.advance(Duration.ofMinutes(1));
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void clientOfAPersonalStreamThatFailsGetsWhatCameBefore() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connectBlocked(stream);
		awaitRequested();
		this.publisher.emit("a");
		this.publisher.fail(new IllegalStateException("failure"));
		this.engine.tick();
		client.assertOpen();
		client.sink().ready();
		client.awaitClosed(CloseReason.FAILED);
		assertThat(client.data()).containsExactly("a");
		assertThat(EventStream.wasPersonal(client.sink().lastEventId())).isFalse();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void publisherOfAPersonalStreamIsLetGoWithItsClient() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connect(stream);
		awaitRequested();
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
	}

	@Test
	void publisherIsLetGoEvenIfTheDispatcherWasClosedFirst() {
		Dispatcher dispatcher = new Dispatcher(1);
		EventStream stream = EventStream.builder("test", this.publisher, dispatcher).build();
		stream.start();
		awaitRequested();
		dispatcher.close();
		stream.close();
		assertThat(this.publisher.link().cancellations()).isOne();
	}

	@Test
	void sharedPublisherStaysWhenItsLastClientLeaves() {
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		awaitRequested();
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		this.engine.tick();
		assertThat(this.publisher.link().cancellations()).isZero();
	}

	@Test
	void publisherIsLetGoWhenNoClientHasBeenThereForTheTimeOfLinger() {
		EventStream stream = this.engine.stream(this.publisher, lingering());
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.engine.advance(Duration.ofHours(1));
		leave(client);
		this.engine.advance(Duration.ofSeconds(59));
		assertThat(this.publisher.link().cancellations()).isZero();
		this.engine.advance(Duration.ofSeconds(1));
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.WAITING);
		assertThat(this.publisher.threads()).anyMatch((call) -> call.startsWith("cancel on eventsource-intake-"));
	}

	@Test
	void clientThatComesWithinTheTimeOfLingerMissesNothing() {
		EventStream stream = this.engine.stream(this.publisher, lingering());
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.publisher.emit("a");
		client.awaitData("a");
		leave(client);
		this.engine.advance(Duration.ofSeconds(59));
		this.publisher.emit("b");
		Client back = this.engine.connect(stream, client.sink().lastEventId());
		back.awaitData("b");
		this.engine.advance(Duration.ofSeconds(59));
		assertThat(this.publisher.link().cancellations()).isZero();
	}

	@Test
	void nextSubscriptionIsANewEpochAndWhatWasMissedIsTold() {
		EventStream stream = this.engine.stream(this.publisher, lingering());
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.publisher.emit("a");
		client.awaitData("a");
		leave(client);
		this.engine.advance(Duration.ofSeconds(60));
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		Client back = this.engine.connect(stream, client.sink().lastEventId());
		Client fresh = this.engine.connect(stream);
		awaitSubscriptions(2);
		this.publisher.emit("b");
		back.awaitData("{\"cause\":\"restarted\"}", "b");
		fresh.awaitData("b");
		assertThat(back.sink().lastEventId()).isNotEqualTo(client.sink().lastEventId());
	}

	@Test
	void publisherThatFailsWhileNobodyIsThereIsLeftAloneAfterTheTimeOfLinger() {
		EventStream stream = this.engine.stream(this.publisher, lingering());
		leave(this.engine.connect(stream));
		awaitRequested();
		this.publisher.fail(new IllegalStateException("failure"));
		this.engine.advance(Duration.ofSeconds(60));
		TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.WAITING);
		int subscriptions = this.publisher.subscriptions();
		this.engine.advance(Duration.ofHours(1));
		assertThat(this.publisher.subscriptions()).isEqualTo(subscriptions);
	}

	@Test
	void completedStreamLingersForEver() {
		EventStream stream = this.engine.stream(Flux.just(Event.of("a")), lingering());
		this.engine.connect(stream).awaitClosed(CloseReason.COMPLETED);
		this.engine.advance(Duration.ofHours(1));
		Client late = this.engine.connect(stream);
		late.awaitClosed(CloseReason.COMPLETED);
		late.awaitData("a");
	}

	@Test
	void channelIsNeverLetGo() {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel, lingering());
		Client client = this.engine.connect(stream);
		channel.publish("message", "a");
		client.awaitData("a");
		leave(client);
		this.engine.advance(Duration.ofHours(1));
		channel.publish("message", "b");
		this.engine.connect(stream, client.sink().lastEventId()).awaitData("b");
	}

	@Test
	void pausesBeforeRestartsAreThoseThatWereSet() {
		StreamSettings settings = StreamSettings.builder()
			.restartMinDelay(Duration.ofMinutes(1))
			.restartMaxDelay(Duration.ofMinutes(3))
			.build();
		this.engine.connect(this.engine.stream(this.publisher, settings));
		for (int i = 1; i <= 4; i++) {
			awaitSubscriptions(i);
			this.publisher.fail(new IllegalStateException("failure " + i));
			Duration pause = Duration.ofMinutes(Math.min(3, 1L << (i - 1)));
			this.engine.advance(pause.dividedBy(2).minusMillis(1));
			assertThat(this.publisher.subscriptions()).as("after failure %d", i).isEqualTo(i);
			this.engine.advance(pause.dividedBy(2).plusMillis(1));
		}
		awaitSubscriptions(5);
	}

	@Test
	void elementThatCannotBeAnEventIsLeftOutAndTold() {
		EventStream stream = this.engine.stream(Flux.just(1, 2, 3), (builder) -> builder.mapping((element) -> {
			if (element.equals(2)) {
				throw new IllegalArgumentException("not two");
			}
			return Event.of(element);
		}));
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("1", REJECTED, "3");
		assertThat(this.engine.listener().rejected()).containsExactly(2);
	}

	private static StreamSettings lingering() {
		return StreamSettings.builder().linger(Duration.ofMinutes(1)).build();
	}

	private static void leave(Client client) {
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

	@Test
	void eventThatCannotBeSentIsLeftOutAndTheStreamGoesOn() {
		StreamSettings settings = StreamSettings.builder().maxEventSize(50).build();
		Event large = Event.of("large", "x".repeat(100));
		EventStream stream = this.engine.stream(Flux.just(Event.of("a"), large, Event.of("b")), settings);
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", REJECTED, "b");
		assertThat(this.engine.listener().rejected()).containsExactly(large);
		assertThat(this.engine.listener().rejections().get(0)).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("121 bytes")
			.hasMessageContaining("50 of max-event-size");
		assertThat(this.engine.listener().failures()).isEmpty();
	}

	@Test
	void eventWhoseDataCannotBeWrittenIsLeftOutAndTheStreamGoesOn() {
		Exception failure = new java.io.IOException("no JSON");
		Event bad = Event.of("bad", 2);
		EventStream stream = this.engine.stream(Flux.just(Event.of(1), bad, Event.of(3)),
				(builder) -> builder.dataWriter((data) -> {
					if (data.equals(2)) {
						throw failure;
					}
					return "<" + data + ">";
				}));
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("<1>", REJECTED, "<3>");
		assertThat(this.engine.listener().rejected()).containsExactly(bad);
		assertThat(this.engine.listener().rejections().get(0)).hasMessageContaining("no JSON").hasCause(failure);
	}

	@Test
	void eventWhoseDataFailsAsTextIsLeftOutAndTheStreamGoesOn() {
		CharSequence broken = new CharSequence() {

			@Override
			public int length() {
				return 1;
			}

			@Override
			public char charAt(int index) {
				return 'x';
			}

			@Override
			public CharSequence subSequence(int start, int end) {
				return this;
			}

			@Override
			public String toString() {
				throw new IllegalStateException("no text");
			}

		};
		EventStream stream = this.engine.stream(Flux.just(Event.of("a"), Event.of("bad", broken), Event.of("b")));
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", REJECTED, "b");
		assertThat(this.engine.listener().rejected()).hasSize(1);
	}

	@Test
	void eventsThatAreLeftOutStillRenewTheDemand() {
		StreamSettings settings = StreamSettings.builder().maxEventSize(50).bufferSize(4).build();
		Flux<Event> events = Flux.range(1, 100).map((i) -> Event.of("x".repeat(100)));
		EventStream stream = this.engine.stream(events.concatWith(Flux.just(Event.of("a"))), settings);
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(101).endsWith("a").startsWith(REJECTED);
		assertThat(this.engine.listener().rejected()).hasSize(100);
	}

	@Test
	void listenerThatThrowsDoesNotDisturbTheIntake() {
		StreamListener broken = new StreamListener() {

			@Override
			public void eventRejected(String stream, Object element, Throwable cause) {
				throw new IllegalStateException("broken listener");
			}

			@Override
			public void publisherFailed(String stream, Throwable cause) {
				throw new IllegalStateException("broken listener");
			}

		};
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.listener(broken).settings(StreamSettings.builder().maxEventSize(50).build()));
		Client client = this.engine.connect(stream);
		awaitRequested();
		this.publisher.emit("x".repeat(100), "a");
		this.publisher.fail(new IllegalStateException("once"));
		this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		awaitSubscriptions(2);
		this.publisher.emit("b");
		client.awaitData(REJECTED, "a", "b");
	}

	private static Publisher<Event> endless(AtomicLong emitted) {
		return Flux.generate((sink) -> sink.next(Event.of(emitted.incrementAndGet())));
	}

	private void holdUpWorkers(CountDownLatch release) {
		for (int i = 0; i < this.engine.dispatcher().threads(); i++) {
			this.engine.dispatcher().worker(i).execute(() -> awaitLatch(release));
		}
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void awaitSubscriptions(int count) {
		TestEngine.await().until(() -> this.publisher.subscriptions() == count);
	}

	private void awaitRequested() {
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() > 0 && !this.publisher.link().requests().isEmpty());
	}

}
