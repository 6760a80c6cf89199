package io.eventsource;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;

import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.WorkerReplaced;
import io.eventsource.engine.source.Upstream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A publisher of the events that code pushes into it, from any thread. Any number of
 * subscribers; each gets all events published while it is subscribed, in one order.
 * <p>
 * The channel is bounded: at most {@code capacity} events wait for a subscriber that has
 * not asked for them yet, and no more bytes than {@code buffer-memory} has room for
 * beside what the log of the stream needs for its clients; one event may always wait. For
 * a subscriber that is no stream these are 16 MB of text; how large other data is, the
 * channel does not know. At the bound {@code publish} waits for the subscriber, for no
 * longer than the channel's patience, and then throws, so that an event is either taken
 * or its publisher knows that it was not. A stream asks for more as fast as the server
 * can write; clients with slow connections do not hold it up.
 * <p>
 * While nobody has subscribed yet, the newest {@code capacity} events, and 16 MB of text
 * at most, are kept for the first subscriber; when all subscribers have gone, events go
 * nowhere.
 * <p>
 * A channel over an {@link EventRelay}, as {@link EventChannels} make it where instances
 * share a store, differs in this: {@code publish} waits for the store and for no
 * subscriber, events come back from there in the order that all instances see, and an
 * event must not have an id of its own, since the store gives it one.
 */
public final class EventChannel implements Publisher<Event> {

	private static final Log logger = LogFactory.getLog(EventChannel.class);

	private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

	private static final int DEFAULT_CAPACITY = 1024;

	private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(5);

	private final int capacity;

	private final Duration patience;

	private final @Nullable EventRelay relay;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition room = this.lock.newCondition();

	/** When nobody waits for room any more. */
	private final Condition turn = this.lock.newCondition();

	/** So many threads hold an encoded event at once that is not in a queue yet. */
	private final Semaphore encoders = new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));

	/** Whether somebody waits for room; others come later, and hold nothing meanwhile. */
	private boolean waiting;

	private final List<Link> links = new CopyOnWriteArrayList<>();

	/** What was published before the first subscriber came. */
	private final WaitingEvents early = new WaitingEvents(null);

	/** Whether somebody waits in vain for so long that it is time to hurry. */
	private volatile boolean pressed;

	private boolean subscribed;

	private boolean completed;

	private EventChannel(int capacity, Duration patience, @Nullable EventRelay relay) {
		if (capacity < 1) {
			throw new IllegalArgumentException("The capacity of a channel must be at least 1; got " + capacity);
		}
		if (patience.isNegative()) {
			throw new IllegalArgumentException("The patience of a channel must not be negative; got " + patience);
		}
		this.capacity = capacity;
		this.patience = (patience.compareTo(FOREVER) < 0) ? patience : FOREVER;
		this.relay = relay;
	}

	/**
	 * Makes a channel for 1024 waiting events, with a patience of five seconds.
	 * @return the channel
	 */
	public static EventChannel create() {
		return new EventChannel(DEFAULT_CAPACITY, DEFAULT_PATIENCE, null);
	}

	/**
	 * Makes a channel.
	 * @param capacity how many events may wait for a subscriber, at least 1
	 * @param patience how long {@code publish} waits at that bound; {@link Duration#ZERO}
	 * for not at all
	 * @return the channel
	 */
	public static EventChannel create(int capacity, Duration patience) {
		return new EventChannel(capacity, patience, null);
	}

	/**
	 * Makes a channel whose events come from a relay.
	 * @param relay what takes the events to all instances
	 * @return the channel
	 */
	public static EventChannel over(EventRelay relay) {
		return new EventChannel(DEFAULT_CAPACITY, DEFAULT_PATIENCE, relay);
	}

	/**
	 * Publishes an event of the given type.
	 * @param type the type that clients listen to
	 * @param data text, which is sent as it is, or any object, which is sent as JSON
	 * @throws IllegalArgumentException as {@link #publish(Event)}, or if the type has a
	 * line break
	 * @throws IllegalStateException as {@link #publish(Event)}
	 */
	public void publish(String type, Object data) {
		publish(Event.of(type, data));
	}

	/**
	 * Publishes an event. Returns once it is taken, which is before it is delivered. May
	 * wait at the bound, but never on the threads that serve clients.
	 * @param event the event
	 * @throws IllegalArgumentException if the stream that serves this channel cannot send
	 * the event: its data cannot be written as JSON, or it is larger than
	 * {@code eventsource.max-event-size}; no subscriber gets it then
	 * @throws IllegalStateException if the channel was completed, or stayed full for
	 * longer than its patience
	 * @throws EventPublicationException if the store that instances share has not
	 * confirmed the event
	 */
	public void publish(Event event) {
		Objects.requireNonNull(event, "The event must not be null");
		if (this.relay != null) {
			publish(event, this.relay);
			return;
		}
		long patience = Dispatcher.isWorkerThread() ? 0 : this.patience.toNanos();
		long begun = System.nanoTime();
		while (!enqueue(event, begun, patience)) {
			awaitTurn(begun, patience);
		}
		this.links.forEach(Link::drain);
	}

	/**
	 * Adds an event to the queues once there is room.
	 * @return whether it was; otherwise another thread is waiting for room
	 */
	private boolean enqueue(Event event, long begun, long patience) {
		boolean bounded = !Dispatcher.isWorkerThread();
		if (bounded) {
			acquireEncoder(begun, patience);
		}
		try {
			Map<Link, Object> encoded = encode(event);
			this.lock.lock();
			try {
				if (this.waiting && !this.completed) {
					return false;
				}
				awaitRoom(event, encoded, begun, patience);
				this.links.forEach((link) -> link.queue.add(encoded.getOrDefault(link, event)));
				keepEarly(event);
				return true;
			}
			finally {
				this.lock.unlock();
			}
		}
		finally {
			if (bounded) {
				this.encoders.release();
			}
		}
	}

	private void acquireEncoder(long begun, long patience) {
		try {
			if (!this.encoders.tryAcquire() && !this.encoders.tryAcquire(left(begun, patience), TimeUnit.NANOSECONDS)) {
				throw full();
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
	}

	private Map<Link, Object> encode(Event event) {
		Map<Link, Object> encoded = new HashMap<>(2);
		for (Link link : this.links) {
			if (link.subscriber instanceof Upstream upstream) {
				encoded.put(link, upstream.encode(event));
			}
		}
		return encoded;
	}

	private void keepEarly(Event event) {
		if (this.subscribed) {
			return;
		}
		while (!this.early.isEmpty() && (this.early.size() >= this.capacity || !this.early.hasRoom(event))) {
			this.early.remove();
		}
		this.early.add(event);
	}

	private void publish(Event event, EventRelay relay) {
		if (Dispatcher.isWorkerThread()) {
			throw new EventPublicationException("A channel that instances share cannot be published into on a thread "
					+ "that serves clients, since it waits for the store; publish on another thread", null);
		}
		this.lock.lock();
		try {
			refuseCompleted();
		}
		finally {
			this.lock.unlock();
		}
		relay.publish(event);
	}

	/**
	 * Completes the channel. Subscribers get what is waiting for them and then the end.
	 * Where instances share a store, that is so on this instance alone.
	 */
	public void complete() {
		this.lock.lock();
		try {
			this.completed = true;
			this.room.signalAll();
			this.turn.signalAll();
			if (this.relay != null) {
				this.relay.detach();
			}
		}
		finally {
			this.lock.unlock();
		}
		this.links.forEach(Link::drain);
	}

	@Override
	public void subscribe(Subscriber<? super Event> subscriber) {
		Objects.requireNonNull(subscriber, "The subscriber must not be null (Reactive Streams 1.9)");
		Link link = new Link(subscriber);
		subscriber.onSubscribe(link);
		boolean first = false;
		this.lock.lock();
		try {
			if (!link.cancelled) {
				first = this.links.isEmpty() && !this.completed;
				this.subscribed = true;
				while (!this.early.isEmpty()) {
					link.queue.add(this.early.remove());
				}
				this.links.add(link);
			}
		}
		finally {
			this.lock.unlock();
		}
		if (first && this.relay != null) {
			this.relay.attach(new Relayed());
		}
		link.drain();
	}

	/**
	 * Where older events come from for the clients of a stream of this channel.
	 * @param other what the application has declared
	 */
	public @Nullable EventHistory history(@Nullable EventHistory other) {
		if (this.relay == null || other == null) {
			return (this.relay != null) ? this.relay.history() : other;
		}
		EventHistory own = this.relay.history();
		return new EventHistory() {

			@Override
			public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) throws Exception {
				Stream<Event> events = own.after(lastEventId, client, limit);
				return (events != null) ? events : other.after(lastEventId, client, limit);
			}

			@Override
			public boolean hasOpaqueIds() {
				return own.hasOpaqueIds();
			}

		};
	}

	/**
	 * Whether the events come from a relay, which gives them their ids.
	 */
	public boolean isRelayed() {
		return this.relay != null;
	}

	/**
	 * Whether the id of an event looks like one that comes from the relay.
	 */
	public boolean isRelayed(@Nullable String id) {
		return this.relay != null && id != null && this.relay.isOwn(id);
	}

	/**
	 * Whether events that other instances publish do not come in.
	 */
	public boolean isCutOff() {
		return this.relay != null && !this.relay.isConnected();
	}

	private void awaitRoom(Event event, Map<Link, Object> encoded, long begun, long patience) {
		try {
			while (!this.completed && isFull(event, encoded)) {
				this.waiting = true;
				await(this.room, begun, patience);
			}
		}
		finally {
			if (this.waiting) {
				this.waiting = false;
				this.turn.signalAll();
			}
		}
		refuseCompleted();
	}

	private void awaitTurn(long begun, long patience) {
		this.lock.lock();
		try {
			while (this.waiting && !this.completed) {
				await(this.turn, begun, patience);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void await(Condition condition, long begun, long patience) {
		long left = left(begun, patience);
		if (left <= 0) {
			throw full();
		}
		try {
			// For half of the patience first, so that clients can be given up in time
			boolean early = left > patience / 2;
			this.pressed |= !early;
			condition.awaitNanos(early ? left - patience / 2 : left);
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
	}

	private static long left(long begun, long patience) {
		return (patience > 0) ? patience - (System.nanoTime() - begun) : 0;
	}

	private IllegalStateException full() {
		int events = this.links.stream().mapToInt((link) -> link.queue.size()).max().orElse(0);
		long bytes = this.links.stream().mapToLong((link) -> link.queue.bytes()).max().orElse(0);
		return new IllegalStateException("The channel is full: " + events + " events of " + bytes
				+ " bytes wait for a subscriber that has asked for no more within " + this.patience
				+ "; publish more slowly, or give the channel more capacity and its stream more buffer-memory");
	}

	private static IllegalStateException interrupted(InterruptedException ex) {
		Thread.currentThread().interrupt();
		return new IllegalStateException("Interrupted while waiting for room in the channel", ex);
	}

	private void refuseCompleted() {
		if (this.completed) {
			throw new IllegalStateException("The channel was completed; nothing can be published any more");
		}
	}

	private boolean isFull(Event event, Map<Link, Object> encoded) {
		for (Link link : this.links) {
			if (link.queue.size() >= this.capacity || !link.queue.hasRoom(encoded.getOrDefault(link, event))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What the relay is handed: all subscriptions there are.
	 */
	private final class Relayed implements EventRelay.Receiver {

		@Override
		public void check(Event event) {
			upstreams().forEach((upstream) -> upstream.encode(event));
		}

		@Override
		public int maxEventSize() {
			return upstreams().mapToInt((upstream) -> upstream.settings().buffer().maxEventSize())
				.max()
				.orElse(Integer.MAX_VALUE);
		}

		@Override
		public int capacity() {
			return upstreams().mapToInt((upstream) -> upstream.settings().buffer().size()).max().orElse(0);
		}

		@Override
		public long memory() {
			return upstreams().mapToLong((upstream) -> upstream.settings().buffer().memory()).max().orElse(0);
		}

		@Override
		public void preload(List<Event> events, boolean late) {
			upstreams().forEach((upstream) -> upstream.preload(events, late));
		}

		@Override
		public int room() {
			EventChannel.this.lock.lock();
			try {
				return EventChannel.this.links.stream().mapToInt(Link::room).min().orElse(EventChannel.this.capacity);
			}
			finally {
				EventChannel.this.lock.unlock();
			}
		}

		@Override
		public void deliver(Event event) {
			enqueue((subscriber) -> (subscriber instanceof Upstream upstream) ? upstream.translate(event) : event);
		}

		@Override
		public void missed(GapCause cause) {
			enqueue((subscriber) -> (subscriber instanceof Upstream upstream) ? upstream.gap(cause) : null);
		}

		@Override
		public boolean has(String id) {
			return upstreams().anyMatch((upstream) -> upstream.has(id));
		}

		private Stream<Upstream> upstreams() {
			return EventChannel.this.links.stream()
				.map((link) -> link.subscriber)
				.filter(Upstream.class::isInstance)
				.map(Upstream.class::cast);
		}

		private void enqueue(Function<Subscriber<?>, @Nullable Object> items) {
			for (Link link : EventChannel.this.links) {
				Object item = items.apply(link.subscriber);
				if (item != null) {
					link.enqueue(item);
				}
			}
		}

	}

	/**
	 * One subscription. Its queue, demand and end are guarded by the lock of the channel;
	 * its signals are serial.
	 */
	public final class Link implements Subscription {

		private final Subscriber<? super Event> subscriber;

		private final WaitingEvents queue;

		private final AtomicInteger drains = new AtomicInteger();

		private long demand;

		private boolean cancelled;

		private @Nullable IllegalArgumentException violation;

		Link(Subscriber<? super Event> subscriber) {
			this.subscriber = subscriber;
			this.queue = new WaitingEvents((subscriber instanceof Upstream upstream) ? upstream : null);
		}

		/**
		 * How many events there is room for, by number and by bytes.
		 */
		private int room() {
			long room = EventChannel.this.capacity - this.queue.size();
			if (this.subscriber instanceof Upstream upstream) {
				room = Math.min(room, Math.max(this.queue.isEmpty() ? 1 : 0, upstream.waitingRoom()));
			}
			return (int) room;
		}

		/**
		 * How long publishers can wait for the subscriber. Those of a channel without
		 * patience, and those on other instances, do not wait at all.
		 */
		public Contention.Pace pace() {
			if (EventChannel.this.relay != null) {
				return Contention.Pace.WAITS_FOR_PROGRESS;
			}
			return (EventChannel.this.pressed || EventChannel.this.patience.isZero()) ? Contention.Pace.CANNOT_WAIT
					: Contention.Pace.WAITS;
		}

		@Override
		public void request(long n) {
			EventChannel.this.lock.lock();
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
				EventChannel.this.lock.unlock();
			}
			drain();
		}

		@Override
		public void cancel() {
			EventChannel.this.lock.lock();
			try {
				end();
			}
			finally {
				EventChannel.this.lock.unlock();
			}
		}

		private void end() {
			this.cancelled = true;
			this.queue.clear();
			EventChannel.this.links.remove(this);
			EventChannel.this.room.signalAll();
			if (EventChannel.this.relay != null && EventChannel.this.links.isEmpty()) {
				EventChannel.this.relay.detach();
			}
		}

		private void enqueue(Object item) {
			EventChannel.this.lock.lock();
			try {
				if (!this.cancelled) {
					this.queue.add(item);
				}
			}
			finally {
				EventChannel.this.lock.unlock();
			}
			drain();
		}

		/**
		 * Signals what is due, unless another thread is at it, which then goes on.
		 */
		public void drain() {
			if (this.drains.getAndIncrement() == 0) {
				int missed = 1;
				while (missed != 0) {
					signal();
					missed = this.drains.addAndGet(-missed);
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
				WorkerReplaced.check(ex);
				if (this.subscriber instanceof Upstream upstream) {
					upstream.hold();
				}
			}
		}

		private void run(Runnable signal) {
			try {
				signal.run();
			}
			catch (Throwable ex) {
				WorkerReplaced.check(ex);
				cancel();
				logger.error("A subscriber of an event channel failed and is let go (Reactive Streams 2.13)", ex);
			}
		}

		private @Nullable Runnable next() {
			EventChannel.this.lock.lock();
			try {
				if (this.cancelled) {
					return null;
				}
				IllegalArgumentException failure = this.violation;
				if (failure != null) {
					end();
					return () -> this.subscriber.onError(failure);
				}
				if (this.queue.isEmpty()) {
					// Not before subscribe() has added this link, and with it what came
					// early
					if (EventChannel.this.completed && EventChannel.this.links.contains(this)) {
						end();
						return this.subscriber::onComplete;
					}
					return null;
				}
				if (this.demand == 0) {
					return null;
				}
				if (this.queue.element() instanceof Event event && this.subscriber instanceof Upstream upstream) {
					// Not under the lock: it runs the code that writes data
					return () -> encoded(upstream.translate(event));
				}
				if (!fits(this.queue.element())) {
					return null;
				}
				// Before the event is taken out, since it may fail for want of memory
				Object first = this.queue.element();
				Runnable signal = signal(first);
				if (first instanceof EncodedEvent) {
					this.queue.take();
				}
				else {
					this.queue.remove();
				}
				this.demand--;
				EventChannel.this.pressed = false;
				EventChannel.this.room.signal();
				return signal;
			}
			finally {
				EventChannel.this.lock.unlock();
			}
		}

		/** Only the thread that drains takes the first away. */
		private void encoded(EncodedEvent encoded) {
			EventChannel.this.lock.lock();
			try {
				if (!this.cancelled) {
					this.queue.encoded(encoded);
				}
			}
			finally {
				EventChannel.this.lock.unlock();
			}
		}

		private boolean fits(Object item) {
			return !(item instanceof EncodedEvent encoded && this.subscriber instanceof Upstream upstream)
					|| upstream.fits(encoded);
		}

		private Runnable signal(Object item) {
			if (item instanceof EncodedEvent encoded && this.subscriber instanceof Upstream upstream) {
				return () -> upstream.acceptWaiting(encoded);
			}
			return () -> this.subscriber.onNext((Event) item);
		}

	}

}
