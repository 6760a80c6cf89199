package io.eventsource.engine.source;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Publishers that break the rules of Reactive Streams.
 */
class ContractViolationTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

	@Test
	void publisherThatIgnoresDemandFloodsOnlyTheLog() {
		StreamSettings settings = StreamSettings.builder().bufferSize(8).build();
		EventStream stream = this.engine.stream(this.publisher, settings);
		Client blocked = this.engine.connect(stream);
		this.publisher.awaitRequest();
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
		this.publisher.awaitRequest();
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
		this.publisher.awaitRequest();
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
		this.publisher.awaitRequest();
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
		this.publisher.awaitRequest();
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
		this.publisher.awaitRequest();
		stream.stop();
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		this.publisher.emit("a");
		this.publisher.fail(new IllegalStateException("late"));
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).isEmpty();
		assertThat(this.engine.listener().failures()).isEmpty();
	}

}
