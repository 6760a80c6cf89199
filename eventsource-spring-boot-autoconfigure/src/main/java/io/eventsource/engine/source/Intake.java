package io.eventsource.engine.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import io.eventsource.Callee;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.GapCause;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.runtime.ApplicationCalls;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.PublisherLog;
import io.eventsource.engine.runtime.PublisherStart;
import io.eventsource.engine.runtime.Supervisor;
import io.eventsource.engine.runtime.WorkerReplaced;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Takes the events of one publisher into the log: subscribes, asks for as much as there
 * is room for, subscribes again after a failure, and ends the log after the last event.
 */
public final class Intake {

	private static final Log logger = LogFactory.getLog(Intake.class);

	private final EventStream stream;

	private final Publisher<?> publisher;

	private final EventLog log;

	private final Dispatcher dispatcher;

	private final Demand demand;

	private final Restarts restarts;

	private final PublisherLog publisherLog;

	private volatile @Nullable Upstream upstream;

	/** Whether to subscribe again once the pause is over. */
	private volatile boolean pending;

	private boolean stopped;

	/** Whether events were lost here, which clients are to be told. */
	private volatile boolean gapOwed;

	public Intake(EventStream stream, Publisher<?> publisher, EventLog log, Dispatcher dispatcher, String logName) {
		this.stream = stream;
		this.publisher = publisher;
		this.log = log;
		this.dispatcher = dispatcher;
		this.demand = new Demand(stream, log, publisher instanceof EventChannel);
		this.restarts = new Restarts(stream.settings());
		this.publisherLog = stream.isPersonal() ? dispatcher.publisherLog(logName)
				: new PublisherLog(dispatcher.clock(), logName);
	}

	/**
	 * Subscribes, unless that was done already, or is to be done after a pause.
	 */
	public void start() {
		Upstream subscriber = begin(true);
		if (subscriber == null) {
			return;
		}
		if (this.publisher instanceof EventChannel) {
			// At once, so that what is published from now on finds its subscriber
			subscriber.subscribe(this.publisher);
		}
		else {
			subscribe(subscriber);
		}
	}

	private void subscribe(Upstream subscriber) {
		try {
			if (!call(() -> subscriber.subscribe(this.publisher)) && !this.dispatcher.isClosed()) {
				throw new RejectedExecutionException("There is no thread to subscribe on");
			}
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			subscriber.broken(ex);
		}
	}

	/**
	 * Has a thread call the publisher, which is interrupted when the subscription ends.
	 */
	private boolean call(Runnable action) {
		ApplicationCalls.Task task = this.stream.context().calls().add(Callee.PUBLISHER, action);
		boolean accepted = false;
		try {
			accepted = this.dispatcher.intake(task);
		}
		finally {
			if (!accepted) {
				task.drop();
			}
		}
		return accepted;
	}

	/**
	 * Begins a subscription, unless there is one.
	 * @param start whether there has not to be one that has failed before
	 */
	private synchronized @Nullable Upstream begin(boolean start) {
		if (this.stopped || this.upstream != null || !(start || this.pending)) {
			return null;
		}
		this.pending = !this.restarts.isDue(this.dispatcher.clock().getAsLong());
		if (this.pending) {
			return null;
		}
		this.restarts.begun();
		Upstream subscriber = new Upstream(this);
		this.upstream = subscriber;
		return subscriber;
	}

	public boolean isSubscribed() {
		Upstream current = this.upstream;
		return current != null && current.isSubscribed();
	}

	/**
	 * How often the publisher was subscribed to again.
	 */
	public long restarts() {
		return this.restarts.count();
	}

	/**
	 * Whether the publisher has failed and is wanted.
	 */
	public boolean isFailing() {
		return (this.pending || this.upstream != null) && this.restarts.isFailing();
	}

	/**
	 * Whether the publisher has failed again and again, and has not yet shown that it is
	 * back.
	 */
	public boolean isDoubtful() {
		Upstream current = this.upstream;
		return current != null && this.restarts.isDoubtful(current.hasEmitted());
	}

	/**
	 * Takes note that there is a subscription.
	 */
	synchronized void subscribed() {
		this.restarts.subscribed(this.dispatcher.clock().getAsLong());
	}

	/**
	 * Cancels the subscription for good.
	 */
	public void stop() {
		end(true);
	}

	/**
	 * Cancels the subscription until the next start. A channel is never let go: it costs
	 * nothing, and what is published into it would be lost.
	 * @return whether there was something to let go
	 */
	public boolean release() {
		return !(this.publisher instanceof EventChannel) && end(false);
	}

	private boolean end(boolean forGood) {
		Upstream current;
		boolean active;
		synchronized (this) {
			current = this.upstream;
			active = !this.stopped && (current != null || this.pending);
			this.stopped |= forGood;
			this.upstream = null;
			this.pending = false;
		}
		if (current != null && current.end()) {
			// First, so that what is thrown therefore meets a subscription that exists
			this.stream.context().calls().interrupt(Callee.PUBLISHER);
			cancel(current);
		}
		return active;
	}

	private void cancel(Upstream current) {
		if (current.isSubscribed()) {
			this.publisherLog.cancelled(this.publisher);
		}
		if (current.isSubscribed() && !call(current::cancel)) {
			current.cancel();
		}
	}

	/**
	 * Subscribes again where that is due, and renews the demand of a stream that nobody
	 * waits for.
	 */
	public void tick(long now) {
		Upstream subscriber = this.pending ? begin(false) : null;
		if (subscriber == null) {
			recover(now);
		}
		else {
			subscribe(subscriber);
		}
		replenish(true);
	}

	private void recover(long now) {
		int overcome = 0;
		synchronized (this) {
			Upstream current = this.upstream;
			if (current != null && current.isSubscribed()) {
				overcome = this.restarts.overcome(now, current.hasEmitted());
			}
		}
		if (overcome > 0) {
			int failures = overcome;
			Supervisor.quietly(() -> this.publisherLog.recovered(failures));
		}
	}

	/**
	 * Asks for more if there is room.
	 * @param tick whether to ask also where no client sets the pace
	 */
	public void replenish(boolean tick) {
		Upstream current = this.upstream;
		if (current == null || !current.isSubscribed()) {
			return;
		}
		EventChannel.Link holding = current.takeHolding();
		if (holding != null && !this.dispatcher.intake(holding::drain)) {
			current.hold();
		}
		if (room(current, tick) > 0 && current.queueRequest() && !call(() -> current.requestQueued(tick))) {
			current.releaseQueued();
		}
	}

	/**
	 * How many events may be asked for now; zero until it is worth a call.
	 */
	long room(Upstream current, boolean tick) {
		return this.demand.room(current, tick);
	}

	/**
	 * Asks for more if half of what was asked for has come: at once where the publisher
	 * emits by itself, since a timer does not wait until another thread has its turn.
	 */
	void received(Upstream current) {
		if (!this.demand.isLow(current)) {
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
	 * How long the publisher can wait for clients.
	 */
	public Contention.Pace pace() {
		Upstream current = this.upstream;
		return (current != null) ? current.pace() : Contention.Pace.CANNOT_WAIT;
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
	 * Whether so many bytes may wait, beside those that wait already.
	 */
	boolean admits(long bytes) {
		return bytes <= this.log.room(this.stream.floor());
	}

	/**
	 * How many events may wait, going by the size of those so far.
	 */
	long waitingRoom() {
		return this.demand.room();
	}

	/**
	 * Counts the bytes of what waits.
	 */
	void reserve(long bytes) {
		this.log.reserve(bytes, this.stream.floor());
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
	 * @return the event, or what tells clients that it is missing if it cannot be sent
	 */
	EncodedEvent translate(Object element) {
		return this.stream.translate(element);
	}

	/**
	 * The same on a thread of the publisher's, where what writes the data of an event
	 * knows nothing of the client that it is for, if it is for one alone.
	 */
	EncodedEvent translateInContext(Object element) {
		if (!this.stream.isPersonal()) {
			return translate(element);
		}
		EncodedEvent[] encoded = new EncodedEvent[1];
		try {
			runInContext(() -> encoded[0] = translate(element));
			return encoded[0];
		}
		catch (Throwable ex) {
			// The context could not be set, which is not the publisher's fault
			return this.stream.reject(element, ex, "the context of its client cannot be set: " + ex, ex);
		}
	}

	/**
	 * Runs code of the publisher as it is to run for the client that has it for itself.
	 */
	void runInContext(Runnable task) {
		this.stream.runInContext(task);
	}

	/**
	 * Takes note that the publisher was subscribed to, and the call has returned.
	 */
	void called() {
		PublisherStart start = this.stream.publisherStart();
		if (start != null) {
			start.called();
		}
	}

	/**
	 * Takes note of the first event.
	 */
	void emitted() {
		PublisherStart start = this.stream.publisherStart();
		if (start != null) {
			start.emitted();
		}
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
		List<EncodedEvent> encoded = newest(events);
		synchronized (this) {
			if (this.upstream == current) {
				if (late && this.log.isNew()) {
					// Who had its place in the empty log, and comes back, may miss some
					this.log.renew();
				}
				this.log.prepend(encoded);
			}
		}
		if (late && this.stream.hasClients()) {
			append(current, gap(GapCause.UNKNOWN));
		}
	}

	/** No more than the log will keep. */
	private List<EncodedEvent> newest(List<Event> events) {
		Deque<EncodedEvent> newest = new ArrayDeque<>();
		long bytes = 0;
		for (int i = events.size() - 1; i >= 0 && newest.size() < settings().buffer().size(); i--) {
			EncodedEvent encoded = translate(events.get(i));
			bytes += encoded.weight();
			if (bytes > settings().buffer().memory()) {
				break;
			}
			newest.addFirst(encoded);
		}
		return new ArrayList<>(newest);
	}

	EncodedEvent gap(GapCause cause) {
		return this.stream.gap(cause);
	}

	boolean has(String id) {
		return this.log.frame(id) != null;
	}

	/**
	 * Takes note that an event could not be taken, which clients are to be told before
	 * the next one.
	 */
	void leftOut(Throwable cause) {
		this.gapOwed = true;
		this.stream.supervisor()
			.failed(Callee.ENGINE,
					() -> "Stream '" + this.stream.name() + "' leaves out an event, which clients are told", cause);
	}

	void cancelFailed(Throwable cause) {
		this.stream.supervisor()
			.failed(Callee.PUBLISHER, () -> "The publisher of stream '" + this.stream.name() + "' failed to cancel",
					cause);
	}

	/**
	 * Takes an event, unless the subscription was let go meanwhile.
	 */
	void append(Upstream current, EncodedEvent encoded) {
		append(current, encoded, 0);
	}

	/**
	 * Takes an event, unless the subscription was let go meanwhile.
	 * @param waited how many bytes were reserved for it
	 */
	void append(Upstream current, EncodedEvent encoded, long waited) {
		long reserved = waited;
		try {
			EncodedEvent gap = this.gapOwed ? gap(GapCause.UNKNOWN) : null;
			synchronized (this) {
				if (this.upstream != current) {
					return;
				}
				if (gap != null) {
					this.log.append(gap);
				}
				this.gapOwed = false;
				this.demand.taken(encoded);
				reserved = 0;
				this.log.append(encoded, waited);
				if (!this.log.stragglers().isEmpty()) {
					this.log.trim(Math.min(this.stream.floor(), this.log.tail() - 1));
				}
			}
		}
		finally {
			if (reserved > 0) {
				this.log.reserve(-reserved, Long.MIN_VALUE);
			}
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
		if (current.hasEmitted() || this.restarts.isYoung(this.dispatcher.clock().getAsLong())) {
			Supervisor.quietly(() -> this.publisherLog.completed(this.publisher, !current.hasEmitted()));
		}
		PublisherStart start = this.stream.publisherStart();
		if (start != null) {
			start.give();
		}
		this.stream.stop();
	}

	/**
	 * Sees to it that the publisher is subscribed to again, unless the subscription was
	 * let go meanwhile.
	 */
	void failed(Upstream current, Throwable cause) {
		recover(this.dispatcher.clock().getAsLong());
		synchronized (this) {
			if (this.upstream != current) {
				return;
			}
			this.upstream = null;
			this.pending = true;
			// What is published into a channel without its subscriber goes nowhere
			this.gapOwed |= this.publisher instanceof EventChannel;
			this.demand.failed(cause);
			this.restarts.failed(this.dispatcher.clock().getAsLong(), current.hasEmitted());
		}
		PublisherStart start = this.stream.publisherStart();
		if (start != null && start.failed(cause)) {
			logger.debug("The publisher of stream '" + this.stream.name() + "' failed, as its client is told", cause);
			this.stream.answered(cause);
			return;
		}
		Supervisor.quietly(() -> this.publisherLog.failed(this.stream.isPersonal(), cause));
		if (start != null && !current.hasEmitted()) {
			this.stream.failedEarly(cause);
		}
		else {
			this.stream.failed(cause);
		}
	}

}
