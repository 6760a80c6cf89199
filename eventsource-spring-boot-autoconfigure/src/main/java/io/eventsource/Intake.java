package io.eventsource;

import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Takes the events of one publisher into the log: subscribes, asks for as much as there
 * is room for, subscribes again after a failure, and ends the log after the last event.
 */
final class Intake {

	private static final Log logger = LogFactory.getLog(Intake.class);

	private static final long MIN_PAUSE = TimeUnit.SECONDS.toNanos(1);

	private static final long MAX_PAUSE = TimeUnit.SECONDS.toNanos(30);

	/** The subscription that the current thread is inside a call of. */
	private static final ThreadLocal<@Nullable Upstream> CALLING = new ThreadLocal<>();

	private final EventStream stream;

	private final Publisher<? extends Event> publisher;

	private final FrameEncoder encoder;

	private final EventLog log;

	private final Dispatcher dispatcher;

	private volatile @Nullable Upstream upstream;

	/** When to subscribe again; only looked at where {@link #failures} is not zero. */
	private volatile long restartAt;

	private volatile int failures;

	private volatile int largest;

	private boolean stopped;

	Intake(EventStream stream, Publisher<? extends Event> publisher, FrameEncoder encoder, EventLog log,
			Dispatcher dispatcher) {
		this.stream = stream;
		this.publisher = publisher;
		this.encoder = encoder;
		this.log = log;
		this.dispatcher = dispatcher;
	}

	/**
	 * Subscribes, unless that was done already.
	 */
	void start() {
		Upstream subscriber = (this.failures == 0) ? begin() : null;
		if (subscriber == null) {
			return;
		}
		if (this.publisher instanceof EventChannel) {
			// At once, so that what is published from now on finds its subscriber
			subscriber.subscribe();
		}
		else {
			this.dispatcher.intake(subscriber::subscribe);
		}
	}

	private synchronized @Nullable Upstream begin() {
		if (this.stopped || this.upstream != null) {
			return null;
		}
		Upstream subscriber = new Upstream();
		this.upstream = subscriber;
		return subscriber;
	}

	boolean isSubscribed() {
		Upstream current = this.upstream;
		return current != null && current.subscription != null;
	}

	boolean isFailing() {
		return this.failures > 0;
	}

	/**
	 * Cancels the subscription for good.
	 */
	void stop() {
		Upstream current;
		synchronized (this) {
			this.stopped = true;
			current = this.upstream;
			this.upstream = null;
		}
		if (current != null && current.done.compareAndSet(false, true) && !this.dispatcher.intake(current::cancel)) {
			current.cancel();
		}
	}

	/**
	 * Subscribes again where that is due, and renews the demand of a stream that nobody
	 * waits for.
	 */
	void tick(long now) {
		Upstream subscriber = (this.failures > 0 && now - this.restartAt >= 0) ? begin() : null;
		if (subscriber != null) {
			this.dispatcher.intake(subscriber::subscribe);
		}
		replenish(true);
	}

	/**
	 * Asks for more if there is room.
	 * @param tick whether to ask also where no client sets the pace
	 */
	void replenish(boolean tick) {
		Upstream current = this.upstream;
		if (current == null || current.subscription == null) {
			return;
		}
		if (current.holding && current.subscription instanceof EventChannel.Link link) {
			current.holding = false;
			this.dispatcher.intake(link::drain);
		}
		if (room(current, tick) > 0 && current.requesting.compareAndSet(false, true)) {
			this.dispatcher.intake(() -> current.request(tick));
		}
	}

	private long room(Upstream current, boolean tick) {
		long window = window(current);
		long floor = this.stream.floor();
		if (floor == Long.MAX_VALUE && !tick && !(this.publisher instanceof EventChannel)) {
			return 0;
		}
		long lag = (floor != Long.MAX_VALUE) ? Math.max(0, this.log.tail() - floor) : 0;
		long room = window - lag - current.outstanding();
		return (room >= Math.max(1, window / 4)) ? room : 0;
	}

	/**
	 * How many events may be ahead of a client: as many as the log holds whatever their
	 * size. A publisher that emits by itself, such as one driven by time, needs more
	 * demand than that to bridge a pause of ours; it gets what the log holds if its
	 * events are no larger than twice the largest so far. A channel holds back what does
	 * not fit.
	 */
	private long window(Upstream current) {
		StreamSettings settings = this.stream.settings();
		if (this.publisher instanceof EventChannel) {
			return settings.bufferSize();
		}
		long window = settings.bufferMemory() / settings.maxEventSize();
		if (this.largest > 0 && !current.synchronous) {
			window = Math.max(window, settings.bufferMemory() / (2L * this.largest));
		}
		return Math.min(settings.bufferSize(), window);
	}

	/**
	 * Encodes an event before its publisher hands it over, so that the publisher learns
	 * what is wrong with it.
	 * @throws IllegalArgumentException if the event cannot be sent
	 */
	EncodedEvent encode(Event event) {
		return this.encoder.encode(event);
	}

	private void append(EncodedEvent encoded) {
		this.largest = Math.max(this.largest, encoded.body().length);
		this.log.append(encoded);
		if (this.failures > 0) {
			this.failures = 0;
		}
		this.stream.appended();
	}

	private void failed(Throwable cause) {
		boolean restart = !this.stream.isPersonal();
		int count;
		synchronized (this) {
			this.upstream = null;
			this.failures++;
			count = this.failures;
			long pause = Math.min(MAX_PAUSE, MIN_PAUSE << Math.min(count - 1, 10));
			this.restartAt = this.dispatcher.clock().getAsLong() + pause / 2
					+ ThreadLocalRandom.current().nextLong(pause / 2);
		}
		if (count == 1) {
			logger.error("The publisher of stream '" + this.stream.name() + "' failed; "
					+ (restart ? "clients stay connected while it is subscribed to again" : "its client is sent away"),
					cause);
		}
		else {
			logger.debug("The publisher of stream '" + this.stream.name() + "' failed " + count + " times", cause);
		}
		this.stream.failed(cause);
	}

	/**
	 * One subscription.
	 */
	final class Upstream implements Subscriber<Event> {

		private final AtomicLong requested = new AtomicLong();

		private final AtomicLong received = new AtomicLong();

		/** One call of request at a time (Reactive Streams 2.7). */
		private final AtomicBoolean requesting = new AtomicBoolean();

		private final AtomicBoolean done = new AtomicBoolean();

		/** Whether the channel holds back an event until there is room for it. */
		private volatile boolean holding;

		/** Whether the latest event came out of a call of subscribe or request. */
		private volatile boolean synchronous;

		private volatile @Nullable Subscription subscription;

		private void subscribe() {
			call(() -> Intake.this.publisher.subscribe(this));
		}

		private void request(boolean tick) {
			Subscription current = this.subscription;
			long room = room(this, tick);
			if (room > 0 && current != null && !this.done.get()) {
				this.requested.addAndGet(room);
				call(() -> current.request(room));
			}
			this.requesting.set(false);
			// For what became due while this call held off others
			replenish(false);
		}

		private void call(Runnable call) {
			boolean outermost = CALLING.get() == null;
			CALLING.set(this);
			try {
				call.run();
			}
			catch (Throwable ex) {
				onError(ex);
			}
			if (outermost) {
				CALLING.remove();
			}
		}

		private long outstanding() {
			return Math.max(0, this.requested.get() - this.received.get());
		}

		private void cancel() {
			Subscription current = this.subscription;
			if (current != null) {
				try {
					current.cancel();
				}
				catch (RuntimeException ex) {
					logger.debug("The publisher of stream '" + Intake.this.stream.name() + "' failed to cancel", ex);
				}
			}
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			Objects.requireNonNull(subscription, "A publisher must not signal null (Reactive Streams 2.13)");
			synchronized (this) {
				if (this.subscription == null && !this.done.get()) {
					this.subscription = subscription;
				}
			}
			if (this.subscription != subscription) {
				subscription.cancel();
				return;
			}
			// Not on another thread: a publisher driven by time fails if its first event
			// finds no demand
			if (this.requesting.compareAndSet(false, true)) {
				request(true);
			}
		}

		@Override
		public void onNext(Event event) {
			Objects.requireNonNull(event, "A publisher must not signal null (Reactive Streams 2.13)");
			if (!this.done.get()) {
				try {
					accept(encode(event));
				}
				catch (IllegalArgumentException ex) {
					Intake.this.stream.rejected(event, ex);
					counted();
				}
			}
		}

		/**
		 * Takes an event that was encoded before.
		 */
		void accept(EncodedEvent encoded) {
			if (!this.done.get()) {
				boolean called = CALLING.get() == this;
				if (this.synchronous != called) {
					this.synchronous = called;
				}
				append(encoded);
				counted();
			}
		}

		/**
		 * Whether there is room for an event before the clients that it should wait for.
		 * If not, the channel is told when it is to look again.
		 */
		boolean fits(EncodedEvent encoded) {
			// Set before the look, so that progress made meanwhile is not missed
			this.holding = true;
			long floor = Intake.this.stream.floor();
			if (floor == Long.MAX_VALUE || Intake.this.log.hasRoom(encoded, floor)) {
				this.holding = false;
				return true;
			}
			return false;
		}

		private void counted() {
			this.received.incrementAndGet();
			if (outstanding() <= window(this) / 2) {
				replenish(false);
			}
		}

		EncodedEvent encode(Event event) {
			return Intake.this.encode(event);
		}

		@Override
		public void onError(Throwable cause) {
			Objects.requireNonNull(cause, "A publisher must not signal null (Reactive Streams 2.13)");
			if (this.done.compareAndSet(false, true)) {
				failed(cause);
			}
		}

		@Override
		public void onComplete() {
			if (this.done.compareAndSet(false, true)) {
				Intake.this.stream.stop();
			}
		}

	}

}
