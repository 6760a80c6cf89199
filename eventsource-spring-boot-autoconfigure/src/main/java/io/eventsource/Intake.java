package io.eventsource;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Takes the events of one publisher into the log: subscribes, asks for as much as there
 * is room for, subscribes again after a failure, and ends the log after the last event.
 */
final class Intake {

	private static final Log logger = LogFactory.getLog(Intake.class);

	private final EventStream stream;

	private final Publisher<?> publisher;

	private final EventLog log;

	private final Dispatcher dispatcher;

	private volatile @Nullable Upstream upstream;

	/** When to subscribe again; only looked at where {@link #failures} is not zero. */
	private volatile long restartAt;

	private volatile int failures;

	private volatile int largest;

	private volatile long restarts;

	private boolean stopped;

	Intake(EventStream stream, Publisher<?> publisher, EventLog log, Dispatcher dispatcher) {
		this.stream = stream;
		this.publisher = publisher;
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
			subscriber.subscribe(this.publisher);
		}
		else {
			this.dispatcher.intake(() -> subscriber.subscribe(this.publisher));
		}
	}

	private synchronized @Nullable Upstream begin() {
		if (this.stopped || this.upstream != null) {
			return null;
		}
		Upstream subscriber = new Upstream(this);
		this.upstream = subscriber;
		return subscriber;
	}

	boolean isSubscribed() {
		Upstream current = this.upstream;
		return current != null && current.isSubscribed();
	}

	/**
	 * How often the publisher was subscribed to again.
	 */
	long restarts() {
		return this.restarts;
	}

	boolean isFailing() {
		return this.failures > 0;
	}

	/**
	 * Cancels the subscription for good.
	 */
	void stop() {
		end(true);
	}

	/**
	 * Cancels the subscription until the next start. A channel is never let go: it costs
	 * nothing, and what is published into it would be lost.
	 * @return whether there was something to let go
	 */
	boolean release() {
		return !(this.publisher instanceof EventChannel) && end(false);
	}

	private boolean end(boolean forGood) {
		Upstream current;
		boolean active;
		synchronized (this) {
			current = this.upstream;
			active = !this.stopped && (current != null || this.failures > 0);
			this.stopped |= forGood;
			this.upstream = null;
			if (!forGood) {
				this.failures = 0;
			}
		}
		if (current != null && current.end() && !this.dispatcher.intake(current::cancel)) {
			current.cancel();
		}
		return active;
	}

	/**
	 * Subscribes again where that is due, and renews the demand of a stream that nobody
	 * waits for.
	 */
	void tick(long now) {
		Upstream subscriber = (this.failures > 0 && now - this.restartAt >= 0) ? begin() : null;
		if (subscriber != null) {
			this.restarts++;
			this.dispatcher.intake(() -> subscriber.subscribe(this.publisher));
		}
		replenish(true);
	}

	/**
	 * Asks for more if there is room.
	 * @param tick whether to ask also where no client sets the pace
	 */
	void replenish(boolean tick) {
		Upstream current = this.upstream;
		if (current == null || !current.isSubscribed()) {
			return;
		}
		EventChannel.Link holding = current.takeHolding();
		if (holding != null) {
			this.dispatcher.intake(holding::drain);
		}
		if (room(current, tick) > 0 && current.claimRequest()) {
			this.dispatcher.intake(() -> current.request(tick));
		}
	}

	/**
	 * How many events may be asked for now: as many as fit before the slowest client that
	 * the publisher should wait for; zero until it is worth a call.
	 */
	long room(Upstream current, boolean tick) {
		long window = window(current);
		// Before the tail: what comes meanwhile is counted twice rather than not at all
		long outstanding = current.outstanding();
		long tail = this.log.tail();
		long floor = this.stream.floor();
		if (floor == Long.MAX_VALUE && !tick && !(this.publisher instanceof EventChannel)) {
			return 0;
		}
		long lag = (floor != Long.MAX_VALUE) ? Math.max(0, tail - floor) : 0;
		long room = window - lag - outstanding;
		return (room >= Math.max(1, window / 4)) ? room : 0;
	}

	/**
	 * How many events may be ahead of a client: as many as the log holds whatever their
	 * size. A publisher that emits by itself, such as one driven by time, needs more
	 * demand than that to bridge a pause of ours; unless it is to wait for the slowest
	 * client, it gets what the log holds if its events are no larger than twice the
	 * largest so far. A channel holds back what does not fit.
	 */
	private long window(Upstream current) {
		StreamSettings settings = this.stream.settings();
		if (this.publisher instanceof EventChannel) {
			return settings.bufferSize();
		}
		long window = settings.bufferMemory() / settings.maxEventSize();
		if (this.largest > 0 && !current.isSynchronous() && settings.overflow() != OverflowStrategy.BACKPRESSURE) {
			window = Math.max(window, settings.bufferMemory() / (2L * this.largest));
		}
		return Math.min(settings.bufferSize(), window);
	}

	/**
	 * Asks for more if half of what was asked for has come: at once where the publisher
	 * emits by itself, since a timer does not wait until another thread has its turn.
	 */
	void received(Upstream current) {
		if (current.outstanding() > window(current) / 2) {
			return;
		}
		if (current.isSynchronous() || this.publisher instanceof EventChannel) {
			replenish(false);
		}
		else if (room(current, false) > 0 && current.claimRequest()) {
			current.request(false);
		}
	}

	/**
	 * Whether an event can be added without dropping one that a client needs which the
	 * publisher should wait for.
	 */
	boolean hasRoom(EncodedEvent encoded) {
		long floor = this.stream.floor();
		return floor == Long.MAX_VALUE || this.log.hasRoom(encoded, floor);
	}

	/**
	 * Encodes an event before its publisher hands it over, so that the publisher learns
	 * what is wrong with it.
	 * @throws IllegalArgumentException if the event cannot be sent
	 */
	EncodedEvent encode(Event event) {
		return this.stream.encoder().encode(event);
	}

	/**
	 * Makes an event of what the publisher has emitted, and encodes it.
	 * @return the event, or {@code null} if it cannot be sent
	 */
	@Nullable EncodedEvent translate(Object element) {
		return this.stream.translate(element);
	}

	StreamSettings settings() {
		return this.stream.settings();
	}

	/**
	 * Puts what was published before into a log that has nothing yet, unless the
	 * subscription was let go meanwhile.
	 * @param late whether clients may have missed some of it
	 */
	void preload(Upstream current, List<Event> events, boolean late) {
		List<EncodedEvent> encoded = events.stream().map(this::translate).filter(Objects::nonNull).toList();
		synchronized (this) {
			if (this.upstream == current) {
				this.log.prepend(encoded);
			}
		}
		EncodedEvent gap = (late && this.stream.hasClients()) ? gap(GapCause.UNKNOWN) : null;
		if (gap != null) {
			append(current, gap);
		}
	}

	@Nullable EncodedEvent gap(GapCause cause) {
		return this.stream.gap(cause);
	}

	boolean has(String id) {
		return this.log.frame(id) != null;
	}

	/**
	 * Takes an event, unless the subscription was let go meanwhile.
	 */
	void append(Upstream current, EncodedEvent encoded) {
		int overcome;
		synchronized (this) {
			if (this.upstream != current) {
				return;
			}
			this.largest = Math.max(this.largest, encoded.body().length);
			this.log.append(encoded);
			overcome = this.failures;
			if (overcome > 0) {
				this.failures = 0;
			}
		}
		if (overcome > 0) {
			logger.info("The publisher of stream '" + this.stream.name() + "' is back, after " + overcome
					+ ((overcome == 1) ? " failure" : " failures in a row"));
		}
		this.stream.appended();
	}

	/**
	 * Ends the stream, unless the subscription was let go meanwhile.
	 */
	void completed(Upstream current) {
		synchronized (this) {
			if (this.upstream != current) {
				return;
			}
			this.stopped = true;
		}
		this.stream.stop();
	}

	/**
	 * Sees to it that the publisher is subscribed to again, unless the subscription was
	 * let go meanwhile.
	 */
	void failed(Upstream current, Throwable cause) {
		int count;
		synchronized (this) {
			if (this.upstream != current) {
				return;
			}
			this.upstream = null;
			this.failures++;
			count = this.failures;
			this.restartAt = this.dispatcher.clock().getAsLong() + pause(count);
		}
		if (count == 1) {
			logger.error(
					"The publisher of stream '" + this.stream.name() + "' failed; " + (this.stream.isPersonal()
							? "its client is sent away" : "clients stay connected while it is subscribed to again"),
					cause);
		}
		else {
			this.stream.complain(
					"The publisher of stream '" + this.stream.name() + "' has failed " + count + " times in a row",
					cause);
		}
		this.stream.failed(cause);
	}

	/**
	 * The time until the next attempt: doubled with each failure, and then cut by half at
	 * most, at random.
	 */
	private long pause(int failures) {
		long least = this.stream.settings().restartMinDelay().toNanos();
		long most = this.stream.settings().restartMaxDelay().toNanos();
		long pause = least;
		for (int i = 1; i < failures && pause < most; i++) {
			pause = (pause <= most / 2) ? pause * 2 : most;
		}
		return pause - ThreadLocalRandom.current().nextLong(pause / 2 + 1);
	}

}
