package io.eventsource.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

import io.eventsource.BufferedSubscription;
import io.eventsource.BufferingPublisher;
import io.eventsource.EventHistory;
import io.eventsource.EventReceiver;
import io.eventsource.EventStore;
import io.eventsource.PublisherPace;
import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.LogFamily;
import io.eventsource.engine.runtime.Worker;
import org.jspecify.annotations.Nullable;

/**
 * The events of several topics in the order of their numbers, for one connection: takes
 * from the logs of the topics what the log of the connection has room for. Runs on a
 * worker; everything else may be called on any thread.
 */
final class TopicMerge implements BufferingPublisher, BufferedSubscription, Worker.Task {

	private final LogFamily family;

	private final Worker worker;

	private final LongSupplier clock;

	private final LongConsumer skipped;

	private final MergedTopics topics = new MergedTopics();

	private final AtomicBoolean scheduled = new AtomicBoolean();

	private volatile @Nullable EventReceiver<EncodedEvent> receiver;

	private volatile boolean closed;

	/** Since when there is no room for what comes next; zero if there is. */
	private volatile long blockedSince;

	/** The number of the last event that the client was given. */
	private long number;

	/**
	 * Begins without topics.
	 * @param number the number of the last event that the client has; zero if that is not
	 * known
	 * @param clock the clock of the dispatcher, in nanoseconds
	 * @param skipped counts the events that the client is not given
	 */
	TopicMerge(LogFamily family, long number, Worker worker, LongSupplier clock, LongConsumer skipped) {
		this.family = family;
		this.number = number;
		this.worker = worker;
		this.clock = clock;
		this.skipped = skipped;
	}

	/**
	 * Adds a topic, before the first event is taken.
	 */
	void add(MergedTopic topic) {
		this.topics.add(topic);
		topic.start();
	}

	/**
	 * Takes note that something was added to a topic, or that it has ended.
	 */
	void arrived(MergedTopic topic) {
		this.topics.arrived(topic);
	}

	/**
	 * Counts events that the client is not given.
	 */
	void skipped(long events) {
		this.skipped.accept(events);
	}

	/**
	 * Whether the client takes what it is given, so that publishers should wait for it.
	 */
	boolean isReading() {
		long since = this.blockedSince;
		return since == 0 || this.clock.getAsLong() - since < Contention.GRACE;
	}

	/**
	 * The publisher of a stream, which takes events as they are in the logs.
	 */
	@Override
	@SuppressWarnings("unchecked")
	public <E> void subscribe(EventReceiver<E> receiver) {
		this.receiver = (EventReceiver<EncodedEvent>) receiver;
		receiver.onSubscribe(this);
		resume();
	}

	@Override
	public @Nullable EventStore store() {
		return null;
	}

	@Override
	public @Nullable EventHistory history() {
		return null;
	}

	@Override
	public PublisherPace pace() {
		return PublisherPace.WAITS;
	}

	/** There is room for as much as fits. */
	@Override
	public void request(long count) {
	}

	@Override
	public void cancel() {
		close();
	}

	@Override
	public void resume() {
		if (!this.closed && !this.scheduled.get() && this.scheduled.compareAndSet(false, true)) {
			try {
				this.worker.execute(this);
			}
			catch (Throwable ex) {
				this.scheduled.set(false);
				holdBack();
			}
		}
	}

	private void holdBack() {
		EventReceiver<EncodedEvent> current = this.receiver;
		if (current != null) {
			current.onHeldBack();
		}
	}

	@Override
	public void run() {
		this.scheduled.set(false);
		EventReceiver<EncodedEvent> current = this.receiver;
		if (this.closed || current == null) {
			return;
		}
		// Before the logs are looked at, which have all events up to this number
		long complete = this.family.complete();
		this.topics.registerArrivals();
		if (takeUpTo(complete, current) && this.topics.haveEnded()) {
			close();
			current.onComplete();
		}
	}

	@Override
	public void interrupted() {
		resume();
	}

	/**
	 * Takes what there is room for.
	 * @return whether that was everything
	 */
	private boolean takeUpTo(long complete, EventReceiver<EncodedEvent> receiver) {
		MergedTopic first = this.topics.first();
		while (first != null && first.number() <= complete) {
			EncodedEvent encoded = first.reader().peek(this.number);
			if (!receiver.fits(encoded)) {
				block();
				return false;
			}
			this.number = Math.max(this.number, first.number());
			// First, so that nothing is given twice if it cannot be counted
			this.topics.taken();
			receiver.reserve(receiver.size(encoded));
			receiver.accept(encoded);
			first = this.topics.first();
		}
		this.blockedSince = 0;
		this.topics.lagging(false);
		return first == null;
	}

	private void block() {
		this.topics.lagging(true);
		if (this.blockedSince == 0) {
			this.blockedSince = Math.max(1, this.clock.getAsLong());
		}
	}

	/**
	 * Takes nothing more.
	 */
	void close() {
		this.closed = true;
		this.topics.close();
	}

}
