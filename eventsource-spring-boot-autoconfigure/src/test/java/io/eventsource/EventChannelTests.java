package io.eventsource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * What subscribers get of a channel in the process.
 */
class EventChannelTests {

	private static final Duration HOUR = Duration.ofHours(1);

	@Test
	void eventsArriveInTheOrderTheyWerePublished() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		publish(channel, "a", "b");
		channel.publish("type", "c");
		assertThat(subscriber.received()).containsExactly("a", "b", "c");
		assertThat(subscriber.isCompleted()).isFalse();
	}

	@Test
	void eventsOfManyThreadsArriveInOneOrderAtAllSubscribers() {
		EventChannel channel = EventChannel.create(16, HOUR);
		List<RecordingSubscriber> subscribers = List.of(RecordingSubscriber.subscribe(channel, Long.MAX_VALUE),
				new RecordingSubscriber(1, (it, event) -> it.request(1)),
				RecordingSubscriber.subscribe(channel, Long.MAX_VALUE));
		channel.subscribe(subscribers.get(1));
		List<CompletableFuture<Void>> publishers = IntStream.range(0, 4)
			.mapToObj((thread) -> Background
				.run(() -> IntStream.range(0, 2000).forEach((i) -> channel.publish("t" + thread, thread * 10_000 + i))))
			.toList();
		publishers.forEach(CompletableFuture::join);
		List<Object> received = subscribers.get(0).received();
		assertThat(received).hasSize(8000);
		assertThat(subscribers.get(1).received()).isEqualTo(received);
		assertThat(subscribers.get(2).received()).isEqualTo(received);
		for (int thread = 0; thread < 4; thread++) {
			int number = thread;
			assertThat(received.stream().map(Integer.class::cast).filter((data) -> data / 10_000 == number).toList())
				.isSorted()
				.hasSize(2000);
		}
	}

	@Test
	void subscriberGetsNoMoreThanItAskedFor() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a", "b", "c", "d");
		assertThat(subscriber.received()).isEmpty();
		subscriber.request(2);
		assertThat(subscriber.received()).containsExactly("a", "b");
		subscriber.request(1);
		assertThat(subscriber.received()).containsExactly("a", "b", "c");
		subscriber.request(5);
		publish(channel, "e", "f", "g", "h", "i");
		assertThat(subscriber.received()).containsExactly("a", "b", "c", "d", "e", "f", "g", "h");
	}

	@Test
	void demandBeyondCountingIsUnbounded() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		subscriber.request(Long.MAX_VALUE);
		// Without care the sum would be zero now
		subscriber.request(2);
		publish(channel, "a", "b");
		assertThat(subscriber.received()).containsExactly("a", "b");
	}

	@Test
	void newestEarlyEventsAreKeptForTheFirstSubscriber() {
		EventChannel channel = EventChannel.create(3, Duration.ZERO);
		publish(channel, "a", "b", "c", "d", "e");
		RecordingSubscriber first = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		RecordingSubscriber second = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		publish(channel, "f");
		assertThat(first.received()).containsExactly("c", "d", "e", "f");
		assertThat(second.received()).containsExactly("f");
	}

	@Test
	void firstSubscriberAsksForEarlyEventsToo() {
		EventChannel channel = EventChannel.create(3, Duration.ZERO);
		publish(channel, "a", "b", "c");
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 1);
		assertThat(subscriber.received()).containsExactly("a");
		assertThat(RecordingSubscriber.subscribe(channel, Long.MAX_VALUE).received()).isEmpty();
		subscriber.request(1);
		assertThat(subscriber.received()).containsExactly("a", "b");
	}

	@Test
	void earlyEventsSurviveASubscriberThatWasRefused() {
		EventChannel channel = EventChannel.create(3, Duration.ZERO);
		publish(channel, "a");
		RecordingSubscriber refused = new RecordingSubscriber(0) {

			@Override
			public void onSubscribe(org.reactivestreams.Subscription subscription) {
				super.onSubscribe(subscription);
				subscription.cancel();
			}

		};
		channel.subscribe(refused);
		assertThat(RecordingSubscriber.subscribe(channel, Long.MAX_VALUE).received()).containsExactly("a");
	}

	@Test
	void eventsGoNowhereWhenAllSubscribersHaveGone() {
		EventChannel channel = EventChannel.create(2, Duration.ZERO);
		RecordingSubscriber gone = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		publish(channel, "a");
		gone.cancel();
		publish(channel, "b", "c", "d", "e");
		RecordingSubscriber next = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		publish(channel, "f");
		assertThat(gone.received()).containsExactly("a");
		assertThat(next.received()).containsExactly("f");
	}

	@Test
	void subscribersGetWhatIsWaitingAndThenTheEnd() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 1);
		publish(channel, "a", "b");
		channel.complete();
		assertThat(subscriber.isCompleted()).isFalse();
		subscriber.request(1);
		assertThat(subscriber.received()).containsExactly("a", "b");
		assertThat(subscriber.isCompleted()).isTrue();
	}

	@Test
	void endNeedsNoDemand() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 0);
		channel.complete();
		assertThat(subscriber.isCompleted()).isTrue();
	}

	@Test
	void endIsSignalledOnce() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		channel.complete();
		channel.complete();
		subscriber.request(1);
		assertThat(subscriber.isCompleted()).isTrue();
	}

	@Test
	void nothingCanBePublishedAfterTheEnd() {
		EventChannel channel = EventChannel.create();
		channel.complete();
		assertThatIllegalStateException().isThrownBy(() -> publish(channel, "a")).withMessageContaining("completed");
	}

	@Test
	void subscriberOfACompletedChannelGetsTheEarlyEventsAndTheEnd() {
		EventChannel channel = EventChannel.create();
		publish(channel, "a", "b");
		channel.complete();
		RecordingSubscriber first = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		RecordingSubscriber second = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		assertThat(first.received()).containsExactly("a", "b");
		assertThat(first.isCompleted()).isTrue();
		assertThat(second.received()).isEmpty();
		assertThat(second.isCompleted()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE })
	void requestThatIsNotPositiveIsAnError(long n) {
		EventChannel channel = EventChannel.create(1, Duration.ZERO);
		RecordingSubscriber wrong = RecordingSubscriber.subscribe(channel, 0);
		RecordingSubscriber right = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		wrong.request(n);
		assertThat(wrong.failure()).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("3.9")
			.hasMessageContaining(String.valueOf(n));
		publish(channel, "a", "b", "c");
		assertThat(wrong.received()).isEmpty();
		assertThat(right.received()).containsExactly("a", "b", "c");
	}

	@Test
	void requestsOfACancelledSubscriberHaveNoEffect() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber subscriber = RecordingSubscriber.subscribe(channel, 0);
		publish(channel, "a");
		subscriber.cancel();
		subscriber.cancel();
		subscriber.request(1);
		subscriber.request(-1);
		channel.complete();
		assertThat(subscriber.received()).isEmpty();
		assertThat(subscriber.failure()).isNull();
		assertThat(subscriber.isCompleted()).isFalse();
	}

	@Test
	void subscriberMayPublish() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber echo = new RecordingSubscriber(Long.MAX_VALUE, (it, event) -> {
			if (!event.type().equals("echo")) {
				channel.publish("echo", "echo of " + event.data());
			}
		});
		channel.subscribe(echo);
		publish(channel, "a", "b");
		assertThat(echo.received()).containsExactly("a", "echo of a", "b", "echo of b");
	}

	@Test
	void subscriberMayAskForOneMoreEachTimeWithoutEnd() {
		EventChannel channel = EventChannel.create(20_000, Duration.ZERO);
		List<Integer> depths = new ArrayList<>();
		RecordingSubscriber subscriber = new RecordingSubscriber(0, (it, event) -> {
			depths.add(Thread.currentThread().getStackTrace().length);
			it.request(1);
		});
		channel.subscribe(subscriber);
		IntStream.range(0, 20_000).forEach((i) -> channel.publish("x", i));
		subscriber.request(1);
		assertThat(subscriber.received()).hasSize(20_000);
		assertThat(Collections.max(depths)).isLessThan(Collections.min(depths) + 5);
	}

	@Test
	void subscriberThatCancelsGetsNothingMore() {
		EventChannel channel = EventChannel.create();
		RecordingSubscriber subscriber = new RecordingSubscriber(0, (it, event) -> it.cancel());
		channel.subscribe(subscriber);
		publish(channel, "a", "b", "c");
		subscriber.request(3);
		assertThat(subscriber.received()).containsExactly("a");
	}

	@Test
	void subscriberThatThrowsCountsAsCancelledAndHarmsNobody() {
		EventChannel channel = EventChannel.create(1, Duration.ZERO);
		RecordingSubscriber broken = new RecordingSubscriber(Long.MAX_VALUE, (it, event) -> {
			throw new IllegalStateException("broken subscriber (Reactive Streams 2.13)");
		});
		channel.subscribe(broken);
		RecordingSubscriber healthy = RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		for (String data : List.of("a", "b", "c")) {
			try {
				publish(channel, data);
			}
			catch (IllegalStateException ex) {
				assertThat(ex).hasMessageContaining("broken subscriber");
			}
		}
		assertThat(broken.received()).containsExactly("a");
		assertThat(healthy.received()).containsExactly("a", "b", "c");
	}

	@Test
	void slowSubscriberIsSignalledSerially() {
		EventChannel channel = EventChannel.create(10, HOUR);
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		RecordingSubscriber subscriber = new RecordingSubscriber(Long.MAX_VALUE, (it, event) -> {
			inside.countDown();
			awaitLatch(goOn);
		});
		channel.subscribe(subscriber);
		CompletableFuture<Void> first = Background.run(() -> publish(channel, "a"));
		awaitLatch(inside);
		publish(channel, "b");
		goOn.countDown();
		first.join();
		assertThat(subscriber.received()).containsExactly("a", "b");
	}

	@Test
	void subscriberThatComesWhileOthersPublishGetsAllFromThenOn() {
		EventChannel channel = EventChannel.create(8, HOUR);
		RecordingSubscriber.subscribe(channel, Long.MAX_VALUE);
		CompletableFuture<Void> publisher = Background
			.run(() -> IntStream.range(0, 20_000).forEach((i) -> channel.publish("x", i)));
		List<RecordingSubscriber> subscribers = new ArrayList<>();
		while (!publisher.isDone() && subscribers.size() < 50) {
			subscribers.add(RecordingSubscriber.subscribe(channel, Long.MAX_VALUE));
		}
		publisher.join();
		assertThat(subscribers).allSatisfy((subscriber) -> {
			List<Object> received = subscriber.received();
			int first = received.isEmpty() ? 20_000 : (int) received.get(0);
			assertThat(received).isEqualTo(IntStream.range(first, 20_000).boxed().toList());
		});
	}

	@Test
	void badSettingsAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> EventChannel.create(0, HOUR))
			.withMessageContaining("capacity")
			.withMessageContaining("at least 1; got 0");
		assertThatIllegalArgumentException().isThrownBy(() -> EventChannel.create(1, Duration.ofMillis(-1)))
			.withMessageContaining("publish timeout")
			.withMessageContaining("PT-0.001S");
	}

	@Test
	void nullIsRefused() {
		EventChannel channel = EventChannel.create();
		assertThatNullPointerException().isThrownBy(() -> channel.publish(null));
		assertThatNullPointerException().isThrownBy(() -> channel.subscribe(null)).withMessageContaining("1.9");
	}

	private static void publish(EventChannel channel, String... data) {
		for (String each : data) {
			channel.publish(Event.of(each));
		}
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			assertThat(latch.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
