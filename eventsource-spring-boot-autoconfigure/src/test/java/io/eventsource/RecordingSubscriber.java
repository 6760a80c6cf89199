package io.eventsource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records what it is signalled, and whether the signals keep the rules of Reactive
 * Streams: serial, none before {@code onSubscribe}, none after the end, no more than
 * asked for.
 */
public class RecordingSubscriber implements Subscriber<Event> {

	private final long initialDemand;

	private final BiConsumer<RecordingSubscriber, Event> reaction;

	private final List<Object> received = new ArrayList<>();

	private final List<String> violations = new ArrayList<>();

	private final AtomicInteger running = new AtomicInteger();

	private long demand;

	private @Nullable Subscription subscription;

	private @Nullable Throwable failure;

	private boolean completed;

	public RecordingSubscriber(long initialDemand) {
		this(initialDemand, (subscriber, event) -> {
		});
	}

	/**
	 * Does something with each event, on the thread that signals it.
	 */
	public RecordingSubscriber(long initialDemand, BiConsumer<RecordingSubscriber, Event> reaction) {
		this.initialDemand = initialDemand;
		this.reaction = reaction;
	}

	/**
	 * Subscribes one that asks for so many events at first.
	 */
	public static RecordingSubscriber subscribe(EventChannel channel, long initialDemand) {
		RecordingSubscriber subscriber = new RecordingSubscriber(initialDemand);
		channel.subscribe(subscriber);
		return subscriber;
	}

	public void request(long n) {
		synchronized (this) {
			this.demand = (this.demand + n < 0) ? Long.MAX_VALUE : this.demand + n;
		}
		subscription().request(n);
	}

	public void cancel() {
		subscription().cancel();
	}

	private synchronized Subscription subscription() {
		if (this.subscription == null) {
			throw new IllegalStateException("Not subscribed");
		}
		return this.subscription;
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		synchronized (this) {
			this.subscription = subscription;
		}
		if (this.initialDemand > 0) {
			request(this.initialDemand);
		}
	}

	@Override
	public void onNext(Event event) {
		serially(() -> {
			synchronized (this) {
				require(--this.demand >= 0, "onNext without demand (1.1)");
				require(this.subscription != null, "onNext before onSubscribe (1.9)");
				requireNotEnded("onNext");
				this.received.add(event.data());
			}
			this.reaction.accept(this, event);
		});
	}

	@Override
	public void onError(Throwable failure) {
		serially(() -> {
			synchronized (this) {
				requireNotEnded("onError");
				this.failure = failure;
			}
		});
	}

	@Override
	public void onComplete() {
		serially(() -> {
			synchronized (this) {
				requireNotEnded("onComplete");
				this.completed = true;
			}
		});
	}

	private void serially(Runnable signal) {
		if (this.running.getAndIncrement() != 0) {
			synchronized (this) {
				this.violations.add("signals are not serial (1.3)");
			}
		}
		try {
			signal.run();
		}
		finally {
			this.running.decrementAndGet();
		}
	}

	private void requireNotEnded(String signal) {
		require(!this.completed && this.failure == null, signal + " after the end (1.7)");
	}

	private void require(boolean condition, String violation) {
		if (!condition) {
			this.violations.add(violation);
		}
	}

	/**
	 * The data of the events so far.
	 */
	public synchronized List<Object> received() {
		assertThat(this.violations).isEmpty();
		return List.copyOf(this.received);
	}

	public synchronized @Nullable Throwable failure() {
		assertThat(this.violations).isEmpty();
		return this.failure;
	}

	public synchronized boolean isCompleted() {
		assertThat(this.violations).isEmpty();
		return this.completed;
	}

}
