package io.eventsource;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One subscription to a channel. Its queue, demand and end are guarded by the lock of the
 * channel; its signals are serial, and sent without the lock.
 *
 * @param <E> the form in which the receiver takes events
 */
final class ChannelSubscription<E> implements BufferedSubscription {

	private static final Log logger = LogFactory.getLog(ChannelSubscription.class);

	private final EventReceiver<E> receiver;

	private final ReentrantLock lock;

	private final SubscriptionOwner owner;

	private final WaitingEvents<E> queue;

	/** How often the subscription was resumed since the thread that signals has begun. */
	private final AtomicInteger resumed = new AtomicInteger();

	private long demand;

	private boolean cancelled;

	private @Nullable IllegalArgumentException violation;

	ChannelSubscription(EventReceiver<E> receiver, ReentrantLock lock, SubscriptionOwner owner) {
		this.receiver = receiver;
		this.lock = lock;
		this.owner = owner;
		this.queue = new WaitingEvents<>(receiver);
	}

	EventReceiver<E> receiver() {
		return this.receiver;
	}

	WaitingEvents<E> queue() {
		return this.queue;
	}

	boolean isCancelled() {
		return this.cancelled;
	}

	/**
	 * Encodes an event for the queue.
	 * @throws IllegalArgumentException if the receiver cannot take it
	 */
	WaitingEvents.Waiting<E> encode(Event event) {
		return this.queue.encoded(this.receiver.encode(event));
	}

	/**
	 * Adds an event that has come from elsewhere, and signals it if that is due. Takes
	 * the lock itself.
	 */
	void deliver(Event event) {
		deliver(this.receiver.encodeOrReplace(event));
	}

	/**
	 * Tells the receiver in their place that events are missing. Takes the lock itself.
	 */
	void deliverGap(GapCause cause) {
		E gap = this.receiver.gap(cause);
		if (gap != null) {
			deliver(gap);
		}
	}

	private void deliver(E encoded) {
		this.lock.lock();
		try {
			if (!this.cancelled) {
				this.queue.encoded(encoded).add();
			}
		}
		finally {
			this.lock.unlock();
		}
		resume();
	}

	@Override
	public PublisherPace pace() {
		return this.owner.pace();
	}

	@Override
	public void request(long n) {
		this.lock.lock();
		try {
			if (n <= 0) {
				this.violation = new IllegalArgumentException(
						"A request must be positive (Reactive Streams 3.9); got " + n);
			}
			else {
				this.demand = (this.demand + n < 0) ? Long.MAX_VALUE : this.demand + n;
			}
		}
		finally {
			this.lock.unlock();
		}
		resume();
	}

	@Override
	public void cancel() {
		this.lock.lock();
		try {
			end();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void end() {
		this.cancelled = true;
		this.queue.clear();
		this.owner.ended(this);
	}

	/** If another thread is at it, that one goes on. */
	@Override
	public void resume() {
		if (this.resumed.getAndIncrement() == 0) {
			int missed = 1;
			while (missed != 0) {
				signal();
				missed = this.resumed.addAndGet(-missed);
			}
		}
	}

	/** What cannot be signalled now, for want of memory, stays in the queue. */
	private void signal() {
		try {
			Runnable signal = next();
			while (signal != null) {
				run(signal);
				signal = next();
			}
		}
		catch (Throwable ex) {
			NonBlockingThread.Replaced.check(ex);
			this.receiver.onHeldBack();
		}
	}

	private void run(Runnable signal) {
		try {
			signal.run();
		}
		catch (Throwable ex) {
			NonBlockingThread.Replaced.check(ex);
			cancel();
			logger.error(
					"A subscriber of an event channel failed; its subscription is cancelled (Reactive Streams 2.13)",
					ex);
		}
	}

	private @Nullable Runnable next() {
		this.lock.lock();
		try {
			if (this.cancelled) {
				return null;
			}
			IllegalArgumentException failure = this.violation;
			if (failure != null) {
				end();
				return () -> this.receiver.onError(failure);
			}
			if (this.queue.isEmpty()) {
				return completion();
			}
			return (this.demand > 0) ? nextEvent() : null;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Not before the subscription was added, and with it what came early. */
	private @Nullable Runnable completion() {
		if (this.owner.hasCompleted(this)) {
			end();
			return this.receiver::onComplete;
		}
		return null;
	}

	private @Nullable Runnable nextEvent() {
		WaitingEvents.Waiting<E> first = this.queue.first();
		E encoded = first.encoded();
		Event event = first.event();
		if (event != null) {
			// Not under the lock: it runs the code that writes data
			return () -> replaceFirst(this.receiver.encodeOrReplace(event));
		}
		if (encoded == null || !this.receiver.fits(encoded)) {
			return null;
		}
		// Before the event is taken out, since it may fail for want of memory
		Runnable signal = () -> this.receiver.accept(encoded);
		this.queue.take();
		this.demand--;
		this.owner.eventTaken();
		return signal;
	}

	/** Only the thread that signals takes the first away. */
	private void replaceFirst(E encoded) {
		this.lock.lock();
		try {
			if (!this.cancelled) {
				this.queue.replaceFirst(encoded);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

}
