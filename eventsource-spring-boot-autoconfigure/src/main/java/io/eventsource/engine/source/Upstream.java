package io.eventsource.engine.source;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.GapCause;
import io.eventsource.StreamSettings;
import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.log.EncodedEvent;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One subscription of an {@link Intake}: counts what was asked for and what came, and
 * calls the publisher.
 */
public final class Upstream implements Subscriber<Object> {

	/** The subscription that the current thread is inside a call of. */
	private static final ThreadLocal<@Nullable Upstream> CALLING = new ThreadLocal<>();

	/** So often a publisher may be out of demand by chance. */
	private static final int WAITS = 3;

	private final Intake intake;

	private final AtomicLong requested = new AtomicLong();

	private final AtomicLong received = new AtomicLong();

	/** One call of request at a time (Reactive Streams 2.7). */
	private final AtomicBoolean requesting = new AtomicBoolean();

	/** Whether a thread is on its way to ask for more. */
	private final AtomicBoolean queued = new AtomicBoolean();

	private final AtomicBoolean done = new AtomicBoolean();

	/** Whether the channel holds back an event until there is room for it. */
	private volatile boolean holding;

	/** Whether the latest event came out of a call of subscribe or request. */
	private volatile boolean synchronous;

	/** How often all that was asked for had come. */
	private volatile int dry;

	/** Up to how many in all may be asked for while nobody listens. */
	private volatile long allowed = Demand.AHEAD;

	private volatile @Nullable Subscription subscription;

	Upstream(Intake intake) {
		this.intake = intake;
	}

	void subscribe(Publisher<?> publisher) {
		if (!this.done.get()) {
			call(() -> publisher.subscribe(this));
		}
		this.intake.called();
	}

	boolean isSubscribed() {
		return this.subscription != null;
	}

	/**
	 * Whether the publisher emits within our own calls, and so cannot be paused by us.
	 */
	boolean isSynchronous() {
		return this.synchronous;
	}

	/**
	 * Whether something has come.
	 */
	boolean hasEmitted() {
		return this.received.get() > 0;
	}

	/**
	 * Whether the publisher has been seen to wait until it was asked for more.
	 */
	boolean isPausable() {
		return this.dry > WAITS;
	}

	/**
	 * How many events may be asked for yet while nobody listens.
	 */
	long allowed() {
		return this.allowed - this.requested.get();
	}

	/**
	 * Allows so many more events while nobody listens, unless that many are allowed.
	 */
	void allow(long events) {
		this.allowed = Math.max(this.allowed, this.requested.get() + events);
	}

	/**
	 * Begins to count anew how many events may be asked for once nobody listens.
	 */
	void allowAnew(long events) {
		this.allowed = this.requested.get() + events;
	}

	/**
	 * How long the publisher can wait for clients. One that emits within our own calls
	 * does not notice; a channel waits in {@code publish}, until that would throw. One
	 * with threads of its own may be a timer, which fails without demand, unless it has
	 * been seen to wait for more.
	 */
	Contention.Pace pace() {
		if (this.subscription instanceof EventChannel.Link link) {
			return link.pace();
		}
		if (this.synchronous) {
			return Contention.Pace.WAITS;
		}
		return isPausable() ? Contention.Pace.WAITS_FOR_PROGRESS : Contention.Pace.CANNOT_WAIT;
	}

	/**
	 * How many events were asked for that have not come yet.
	 */
	public long outstanding() {
		return Math.max(0, this.requested.get() - this.received.get());
	}

	/**
	 * Takes the right to ask for more, which only one thread at a time has.
	 * @return whether it was free; it is given back by {@link #request} or
	 * {@link #releaseRequest}
	 */
	boolean claimRequest() {
		return this.requesting.compareAndSet(false, true);
	}

	/**
	 * Gives that right back.
	 */
	void releaseRequest() {
		this.requesting.set(false);
	}

	/**
	 * Takes the right to have a thread ask for more. Until that thread runs, any other
	 * may ask, as the publisher's own does where a timer does not wait.
	 * @return whether none is on its way; the right is given back by
	 * {@link #requestQueued} or {@link #releaseQueued}
	 */
	boolean queueRequest() {
		return !this.queued.get() && this.queued.compareAndSet(false, true);
	}

	/**
	 * Asks for more on the thread that was to, unless another one is at it, which looks
	 * again when it is done.
	 */
	void requestQueued(boolean tick) {
		this.queued.set(false);
		if (claimRequest()) {
			request(tick);
		}
	}

	/**
	 * Gives that right back, where no thread is to be had.
	 */
	void releaseQueued() {
		this.queued.set(false);
	}

	/**
	 * Asks for as much as there is room for. Runs the code of the publisher.
	 */
	void request(boolean tick) {
		try {
			Subscription current = this.subscription;
			long room = this.intake.room(this, tick);
			if (room > 0 && current != null && !this.done.get()) {
				this.requested.addAndGet(room);
				call(() -> current.request(room));
			}
		}
		finally {
			releaseRequest();
		}
		// For what became due while this call held off others
		this.intake.replenish(false);
	}

	/**
	 * Calls the publisher. One that throws has broken the subscription (Reactive Streams
	 * 2.13 and 3.16), which is cancelled and made anew.
	 */
	private void call(Runnable call) {
		Upstream outer = CALLING.get();
		CALLING.set(this);
		try {
			this.intake.runInContext(call);
		}
		catch (Throwable ex) {
			broken(ex);
		}
		finally {
			if (outer != null) {
				CALLING.set(outer);
			}
			else {
				CALLING.remove();
			}
		}
	}

	/**
	 * Cancels a subscription that cannot go on, so that it is made anew.
	 */
	void broken(Throwable cause) {
		if (end()) {
			cancel();
			this.intake.failed(this, cause);
		}
	}

	/**
	 * Takes nothing more.
	 * @return whether that is news
	 */
	boolean end() {
		return this.done.compareAndSet(false, true);
	}

	/**
	 * Lets the publisher go. Runs its code.
	 */
	void cancel() {
		Subscription current = this.subscription;
		if (current != null) {
			try {
				this.intake.runInContext(current::cancel);
			}
			catch (Throwable ex) {
				this.intake.cancelFailed(ex);
			}
		}
	}

	/**
	 * The channel to be asked to look again whether what it holds back fits now.
	 */
	EventChannel.@Nullable Link takeHolding() {
		if (this.holding && this.subscription instanceof EventChannel.Link link) {
			this.holding = false;
			return link;
		}
		return null;
	}

	/**
	 * Has the channel be asked to look again.
	 */
	public void hold() {
		this.holding = true;
	}

	/**
	 * Whether there is room for an event before the clients that it should wait for. If
	 * not, the channel is told when it is to look again.
	 */
	public boolean fits(EncodedEvent encoded) {
		// Set before the look, so that progress made meanwhile is not missed
		this.holding = true;
		if (this.intake.hasRoom(encoded)) {
			this.holding = false;
			return true;
		}
		return false;
	}

	/**
	 * Whether there is room for so many more bytes that wait to be added.
	 */
	public boolean admits(long bytes) {
		return this.intake.admits(bytes);
	}

	/**
	 * How many events of the size of those so far there are bytes for.
	 */
	public long waitingRoom() {
		return this.intake.waitingRoom();
	}

	/**
	 * Counts so many more, or less, bytes that wait for room in the log.
	 */
	public void reserve(long bytes) {
		this.intake.reserve(bytes);
	}

	public EncodedEvent encode(Event event) {
		return this.intake.encode(event);
	}

	public EncodedEvent translate(Event event) {
		return this.intake.translate(event);
	}

	public StreamSettings settings() {
		return this.intake.settings();
	}

	/**
	 * Takes what was published before, where nothing has come yet.
	 * @param late whether clients may have missed some of it
	 */
	public void preload(List<Event> events, boolean late) {
		this.intake.preload(this, events, late);
	}

	/**
	 * What tells clients that events are missing, to be accepted in the place of these.
	 */
	public EncodedEvent gap(GapCause cause) {
		return this.intake.gap(cause);
	}

	/**
	 * Whether the log has the event of an id.
	 */
	public boolean has(String id) {
		return this.intake.has(id);
	}

	/**
	 * Takes an event that was encoded before.
	 */
	void accept(EncodedEvent encoded) {
		if (!this.done.get()) {
			accept(encoded, 0);
		}
	}

	/**
	 * Takes an event whose bytes were reserved while it waited, and are no more from now
	 * on.
	 */
	public void acceptWaiting(EncodedEvent encoded) {
		if (this.done.get()) {
			reserve(-encoded.weight());
		}
		else {
			accept(encoded, encoded.weight());
		}
	}

	private void accept(EncodedEvent encoded, long waited) {
		boolean called = CALLING.get() == this;
		if (this.synchronous != called) {
			this.synchronous = called;
		}
		try {
			this.intake.append(this, encoded, waited);
		}
		catch (Throwable ex) {
			// The next event may find what this one did not, memory above all
			this.intake.leftOut(ex);
		}
		counted();
	}

	private void counted() {
		if (this.received.incrementAndGet() == 1) {
			this.intake.emitted();
		}
		if (this.dry <= WAITS && outstanding() == 0) {
			this.dry++;
		}
		this.intake.received(this);
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		Objects.requireNonNull(subscription, "A publisher must not signal null (Reactive Streams 2.13)");
		synchronized (this) {
			if (this.subscription == null && !this.done.get()) {
				this.subscription = subscription;
			}
		}
		// Who has let it go meanwhile may not have seen it
		if (this.subscription != subscription || this.done.get()) {
			subscription.cancel();
			return;
		}
		this.intake.subscribed();
		// Not on another thread: a publisher driven by time fails if its first event
		// finds
		// no demand
		if (claimRequest()) {
			request(true);
		}
	}

	@Override
	public void onNext(Object element) {
		Objects.requireNonNull(element, "A publisher must not signal null (Reactive Streams 2.13)");
		if (!this.done.get()) {
			accept((CALLING.get() == this) ? this.intake.translate(element) : this.intake.translateInContext(element));
		}
	}

	@Override
	public void onError(Throwable cause) {
		Objects.requireNonNull(cause, "A publisher must not signal null (Reactive Streams 2.13)");
		if (end()) {
			this.intake.failed(this, cause);
		}
	}

	@Override
	public void onComplete() {
		if (end()) {
			this.intake.completed(this);
		}
	}

}
