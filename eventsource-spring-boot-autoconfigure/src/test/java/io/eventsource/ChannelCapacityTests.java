package io.eventsource;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.eventsource.engine.runtime.Dispatcher;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Publishers of a channel that has no room for more events.
 */
class ChannelCapacityTests {

	private static final Duration HOUR = Duration.ofHours(1);

	private static final Duration PATIENCE = Duration.ofMillis(50);

	@Test
	void publisherWaitsAtTheBoundAndIsThenToldTheCapacity() {
		EventChannel channel = EventChannel.create(2, PATIENCE);
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a", "b");
		long start = System.nanoTime();
		assertThatIllegalStateException().isThrownBy(() -> publish(channel, "c"))
			.withMessageContaining("full")
			.withMessageContaining("2 events")
			.withMessageContaining("PT0.05S");
		assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(PATIENCE.toNanos());
		subscriber.request(10);
		assertThat(subscriber.received()).containsExactly("a", "b");
	}

	@Test
	void publisherWithoutPatienceIsToldAtOnce() {
		EventChannel channel = EventChannel.create(1, Duration.ZERO);
		RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a");
		assertThatIllegalStateException().isThrownBy(() -> publish(channel, "b")).withMessageContaining("full");
	}

	@Test
	void patienceMayBeForever() {
		EventChannel channel = EventChannel.create(1, ChronoUnit.FOREVER.getDuration());
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 1);
		assertThatNoException().isThrownBy(() -> publish(channel, "a"));
		assertThat(subscriber.received()).containsExactly("a");
	}

	@Test
	void waitingPublisherGoesOnWhenTheSubscriberAsksForMore() {
		EventChannel channel = EventChannel.create(2, HOUR);
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a", "b");
		CompletableFuture<Void> publisher = waiting(() -> publish(channel, "c"));
		subscriber.request(1);
		publisher.join();
		subscriber.request(2);
		assertThat(subscriber.received()).containsExactly("a", "b", "c");
	}

	@Test
	void allWaitingPublishersGoOnWhenThereIsRoomForAll() {
		EventChannel channel = EventChannel.create(4, HOUR);
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a", "b", "c", "d");
		List<CompletableFuture<Void>> publishers = IntStream.range(0, 4)
			.mapToObj((i) -> waiting(() -> channel.publish("x", i)))
			.toList();
		subscriber.request(8);
		publishers.forEach(CompletableFuture::join);
		assertThat(subscriber.received()).hasSize(8).contains(0, 1, 2, 3);
	}

	@Test
	void waitingPublisherIsToldOfTheEnd() {
		EventChannel channel = EventChannel.create(1, HOUR);
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a");
		CompletableFuture<Void> publisher = waiting(() -> publish(channel, "b"));
		channel.complete();
		assertThat(publisher).failsWithin(Patience.LIMIT).withThrowableThat().withMessageContaining("completed");
		subscriber.request(5);
		assertThat(subscriber.received()).containsExactly("a");
		assertThat(subscriber.isCompleted()).isTrue();
	}

	@Test
	void cancelledSubscriberMakesRoom() {
		EventChannel channel = EventChannel.create(1, HOUR);
		RecordingSubscriber slow = RecordingSubscriber.subscribe(channel, 0);
		RecordingSubscriber fast = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		publish(channel, "a");
		CompletableFuture<Void> publisher = waiting(() -> publish(channel, "b"));
		slow.cancel();
		publisher.join();
		assertThat(fast.received()).containsExactly("a", "b");
		assertThat(slow.received()).isEmpty();
	}

	@Test
	void slowestOfSeveralSubscribersSetsThePace() {
		EventChannel channel = EventChannel.create(2, PATIENCE);
		RecordingSubscriber slow = RecordingSubscriber.subscribe(channel, 1);
		RecordingSubscriber fast = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		publish(channel, "a", "b", "c");
		assertThatIllegalStateException().isThrownBy(() -> publish(channel, "d"));
		slow.request(1);
		publish(channel, "e");
		slow.request(10);
		assertThat(slow.received()).containsExactly("a", "b", "c", "e");
		assertThat(fast.received()).containsExactly("a", "b", "c", "e");
	}

	@Test
	void threadThatServesClientsNeverWaits() throws Exception {
		EventChannel channel = EventChannel.create(1, HOUR);
		RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a");
		CompletableFuture<Void> publisher = new CompletableFuture<>();
		try (Dispatcher dispatcher = new Dispatcher(1)) {
			dispatcher.worker(0).execute(() -> {
				try {
					publish(channel, "b");
					publisher.complete(null);
				}
				catch (RuntimeException ex) {
					publisher.completeExceptionally(ex);
				}
			});
			assertThat(publisher).failsWithin(Patience.LIMIT)
				.withThrowableThat()
				.withMessageContaining("The channel is full");
		}
	}

	@Test
	void interruptedPublisherThrowsAndStaysInterrupted() {
		EventChannel channel = EventChannel.create(1, HOUR);
		RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a");
		Thread.currentThread().interrupt();
		assertThatIllegalStateException().isThrownBy(() -> publish(channel, "b")).withMessageContaining("Interrupted");
		assertThat(Thread.interrupted()).isTrue();
	}

	private static void publish(EventChannel channel, String... data) {
		for (String each : data) {
			channel.publish(Event.of(each));
		}
	}

	/**
	 * Runs a task that will wait, and returns when it does.
	 */
	private static CompletableFuture<Void> waiting(Runnable task) {
		CompletableFuture<Thread> started = new CompletableFuture<>();
		CompletableFuture<Void> done = Background.run(() -> {
			started.complete(Thread.currentThread());
			task.run();
		});
		Thread thread = started.join();
		await().until(() -> thread.getState() == Thread.State.TIMED_WAITING || done.isDone());
		assertThat(done).isNotDone();
		return done;
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
	}

}
