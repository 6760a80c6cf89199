package io.eventsource.engine.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.eventsource.Callee;
import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventSink;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.Call;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.Worker;
import io.eventsource.engine.runtime.WorkerReplaced;
import io.eventsource.engine.runtime.WorkerThread;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one stream that one worker serves. A signal, coming from any thread,
 * makes the worker pass over them once; signals that come before the pass has begun are
 * one.
 */
public final class ClientGroup implements Worker.Task {

	private final EventStream stream;

	private final Worker worker;

	private final LongSupplier clock;

	private final AtomicBoolean signalled = new AtomicBoolean();

	/** Whether the worker will look at what was published at the end of the interval. */
	private final AtomicBoolean announced = new AtomicBoolean();

	private final long flushInterval;

	/** When the next events are to be sent, and what had been published by the last. */
	private volatile long nextFlush;

	private volatile long flushed;

	private volatile long flushedBytes;

	/** Only the worker touches these. */
	private final ArrayList<ClientCursor> cursors = new ArrayList<>();

	private final List<Arrival> arrivals = new ArrayList<>();

	/** Those that have come to the worker, and not to their place yet. */
	private final Queue<Arrival> beginning = new ArrayDeque<>();

	/** What was taken last, of everything and without what was overtaken. */
	private @Nullable Slice whole;

	private @Nullable Slice conflated;

	private final Runnable ticker = this::tick;

	private final Counts counts = new Counts();

	private final FilterBudget budget = new FilterBudget();

	private final Contention.Share share;

	/** What came next in the log when the latest pass began. */
	private long tail;

	/** Up to where events were sent to a client, or had been published when one came. */
	private long newest;

	/** The first of the events that this pass was the first to send; -1 for none. */
	private long fresh = -1;

	private volatile long floor = Long.MAX_VALUE;

	/** The position of the client furthest behind, whether it is waited for or not. */
	private volatile long slowest = Long.MAX_VALUE;

	private volatile @Nullable CloseReason closing;

	/** Whether a pass has failed, or could not be asked for. */
	private volatile boolean overdue;

	/** The client that was taken out of the list, and has not been counted off yet. */
	private @Nullable ClientCursor removed;

	public ClientGroup(EventStream stream, Worker worker, LongSupplier clock) {
		this.stream = stream;
		this.worker = worker;
		this.clock = clock;
		this.flushInterval = stream.settings().connection().flushInterval().toNanos();
		this.nextFlush = clock.getAsLong();
		this.share = stream.contention().share();
	}

	/**
	 * Gives a client its place in the log.
	 */
	public ClientCursor admit(EventClient client, EventSink sink) {
		Arrival arrival;
		synchronized (this.arrivals) {
			// Before the place is taken, so that no publisher runs away from it meanwhile
			long tail = this.stream.log().tail();
			this.floor = Math.min(this.floor, tail);
			EventLog.Start start = this.stream.start(client.lastEventId());
			long now = this.clock.getAsLong();
			Beginning beginning = Beginning.of(start, tail, client.lastEventId());
			ClientCursor cursor = new ClientCursor(client, sink, this, this.stream, beginning, now);
			arrival = new Arrival(cursor, this.stream.log().tail());
			this.arrivals.add(arrival);
			this.floor = Math.min(this.floor, beginning.due());
		}
		signal();
		return arrival.cursor();
	}

	/**
	 * Makes the worker look at these clients. Any thread; never blocks.
	 */
	void signal() {
		if (!this.signalled.get() && this.signalled.compareAndSet(false, true)) {
			try {
				this.worker.execute(this);
			}
			catch (Throwable ex) {
				// There is no memory for a task, so the next tick does without one
				this.signalled.set(false);
				this.overdue = true;
			}
		}
	}

	/**
	 * Makes the worker send what has been published: at once, or together with what else
	 * comes within the interval. Any thread; never blocks.
	 */
	void announce() {
		long wait = (this.flushInterval > 0) ? this.nextFlush - this.clock.getAsLong() : 0;
		if (wait <= 0 || isPlenty()) {
			signal();
		}
		else if (!this.announced.get() && this.announced.compareAndSet(false, true)) {
			flushLater(wait);
		}
	}

	private void flushLater(long nanos) {
		try {
			this.worker.executeLater(this::flush, nanos);
		}
		catch (Throwable ex) {
			this.announced.set(false);
			this.overdue = true;
		}
	}

	/**
	 * Whether so much was published that nothing is gained by waiting, or clients would
	 * fall behind; or nothing will follow.
	 */
	private boolean isPlenty() {
		EventLog log = this.stream.log();
		return log.bytes() - this.flushedBytes >= Math.min(Slice.MAX_BYTES,
				this.stream.settings().buffer().memory() / 4)
				|| log.tail() - this.flushed >= this.stream.settings().buffer().size() / 4 || log.hasEnded();
	}

	/**
	 * Ends the interval, unless events were sent out of turn meanwhile, which has begun a
	 * new one.
	 */
	private void flush() {
		long wait = this.nextFlush - this.clock.getAsLong();
		if (wait > 0) {
			flushLater(wait);
		}
		else {
			this.announced.set(false);
			signal();
		}
	}

	/**
	 * Ends all connections of the group. Any thread; never blocks.
	 */
	void close(CloseReason reason) {
		this.closing = reason;
		// Not by a signal: one that is under way on another thread may come after the
		// worker has been stopped
		try {
			this.worker.execute(this);
		}
		catch (Throwable ex) {
			this.overdue = true;
		}
	}

	/**
	 * Sends the clients away, one after the other within a time. Any thread; never
	 * blocks.
	 */
	void drain(long nanos) {
		this.worker.execute(() -> {
			welcome();
			long now = this.clock.getAsLong();
			for (ClientCursor cursor : this.cursors) {
				cursor.departAt(now + ThreadLocalRandom.current().nextLong(nanos + 1));
			}
		});
	}

	/**
	 * Ends the connections of some clients. Any thread; never blocks.
	 */
	CompletableFuture<Integer> disconnect(Predicate<EventClient> condition, CloseReason reason) {
		return ask(() -> {
			int count = 0;
			for (ClientCursor cursor : present()) {
				if (cursor.closing() == null && isMeant(condition, cursor.client())) {
					cursor.close(reason);
					count++;
				}
			}
			return count;
		}, 0);
	}

	/**
	 * Whether a client is to be disconnected. Where that fails nobody knows, so it is: it
	 * may come back, and is looked at anew.
	 */
	private boolean isMeant(Predicate<EventClient> condition, EventClient client) {
		try {
			return condition.test(client);
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.stream.supervisor()
				.failed(Callee.CONDITION, () -> "The condition by which connections are ended failed for " + client
						+ ", which is disconnected therefore", ex);
			return true;
		}
	}

	/**
	 * A copy, since this may be asked in the midst of a pass; with those that no pass has
	 * welcomed.
	 */
	private List<ClientCursor> present() {
		synchronized (this.arrivals) {
			List<ClientCursor> present = new ArrayList<>(this.cursors);
			this.arrivals.forEach((arrival) -> present.add(arrival.cursor()));
			return present;
		}
	}

	/**
	 * Describes the clients. Any thread; never blocks.
	 */
	CompletableFuture<List<ClientSnapshot>> clients() {
		return ask(() -> present().stream().map(ClientCursor::snapshot).toList(), List.of());
	}

	/**
	 * Has the worker answer a question. If the caller is the worker, it answers at once;
	 * if it is another one, it is not to wait.
	 * @param unanswered what another worker gets for an answer
	 */
	private <T> CompletableFuture<T> ask(Supplier<T> question, T unanswered) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		Question<T> task = new Question<>(question, answer);
		if (this.worker.isCurrentThread()) {
			task.run();
			return answer;
		}
		this.worker.execute(task);
		return Dispatcher.isWorkerThread() ? CompletableFuture.completedFuture(unanswered) : answer;
	}

	/**
	 * What the worker is to run on every tick.
	 */
	Runnable ticker() {
		return this.ticker;
	}

	/**
	 * The position of the client furthest behind among those that the publisher should
	 * wait for; {@link Long#MAX_VALUE} if there is none.
	 */
	long floor() {
		return this.floor;
	}

	/**
	 * The position of the client furthest behind; {@link Long#MAX_VALUE} without clients.
	 */
	public long slowest() {
		return this.slowest;
	}

	/**
	 * What has been counted up to the end of the latest pass, at least.
	 */
	Counts counts() {
		// A volatile read, which follows what the worker has written before it
		return (this.slowest > Long.MIN_VALUE) ? this.counts : new Counts();
	}

	/**
	 * What came next in the log when the latest pass began.
	 */
	long tail() {
		return this.tail;
	}

	/**
	 * For how long filters may be asked in this pass.
	 */
	FilterBudget budget() {
		return this.budget;
	}

	/**
	 * Makes the publisher wait for what follows a position from now on, and not only from
	 * the end of the pass.
	 */
	void protect(long position) {
		synchronized (this.arrivals) {
			this.floor = Math.min(this.floor, position);
		}
	}

	void delivered(Slice slice) {
		this.counts.delivered += slice.count();
		this.counts.filtered += slice.hidden();
		this.counts.skipped += slice.next() - slice.from() - slice.count() - slice.hidden();
		if (slice.count() > 0 && slice.next() > this.newest) {
			this.fresh = (this.fresh < 0) ? Math.max(this.newest, slice.from()) : this.fresh;
			this.newest = slice.next();
		}
	}

	void sent(int bytes) {
		this.counts.bytes += bytes;
	}

	void skipped(long events) {
		this.counts.skipped += events;
	}

	void replayed(long events) {
		this.counts.replayed += events;
	}

	@Override
	public void run() {
		// Cleared before anything is looked at: what is signalled from here on gets a
		// pass of its own
		this.signalled.set(false);
		this.overdue = true;
		welcome();
		long now = this.clock.getAsLong();
		this.tail = this.stream.log().tail();
		if (this.flushInterval > 0 && this.flushed < this.tail) {
			this.nextFlush = now + this.flushInterval;
			this.flushed = this.tail;
			this.flushedBytes = this.stream.log().bytes();
		}
		CloseReason reason = this.closing;
		boolean more = false;
		this.budget.begin();
		int served = -1;
		for (int i = 0; i < this.cursors.size();) {
			ClientCursor cursor = this.cursors.get(i);
			if (reason != null) {
				cursor.close(reason);
			}
			more |= cursor.drain(now);
			if (served < 0 && this.budget.wasSpent()) {
				served = i;
			}
			if (cursor.closing() != null) {
				// The last one takes its place
				remove(i);
			}
			else {
				i++;
			}
		}
		if (served >= 0 && served < this.cursors.size()) {
			// The next pass begins with those for whom there was no time
			Collections.rotate(this.cursors, -served - 1);
		}
		Frame first = (this.fresh >= 0) ? this.stream.log().frame(this.fresh) : null;
		this.fresh = -1;
		settle(now);
		if (more) {
			signal();
		}
		if (reason != null) {
			this.worker.stopTicking(this.ticker);
		}
		this.overdue = false;
		if (first != null) {
			this.stream.flushed(first);
		}
	}

	/**
	 * Goes on after the thread was replaced in the midst of a pass or a tick.
	 */
	@Override
	public void interrupted() {
		ClientCursor cursor = this.removed;
		if (cursor != null) {
			countOff(cursor);
		}
		this.overdue = true;
		signal();
	}

	/**
	 * Does what is due by the clock.
	 */
	private void tick() {
		this.whole = null;
		this.conflated = null;
		this.budget.begin();
		long now = this.clock.getAsLong();
		for (ClientCursor cursor : this.cursors) {
			cursor.tick(now, this.stream.settings());
		}
		settle(now);
		if (this.overdue) {
			signal();
		}
	}

	private void welcome() {
		synchronized (this.arrivals) {
			// What may fail for want of memory comes first
			this.cursors.ensureCapacity(this.cursors.size() + this.arrivals.size());
			this.beginning.addAll(this.arrivals);
			this.arrivals.forEach((arrival) -> this.cursors.add(arrival.cursor()));
			this.arrivals.clear();
		}
		for (Arrival arrival = this.beginning.poll(); arrival != null; arrival = this.beginning.poll()) {
			begin(arrival);
		}
	}

	/**
	 * Ends the connection of a client that cannot be given its place, also if the thread
	 * is replaced meanwhile.
	 */
	private void begin(Arrival arrival) {
		ClientCursor cursor = arrival.cursor();
		try {
			this.newest = Math.max(this.newest, arrival.tail());
			cursor.welcome();
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.stream.supervisor().failed(Callee.ENGINE, () -> cursor.client() + " could not be given its place", ex);
			cursor.close(CloseReason.FAILED);
		}
	}

	private void remove(int index) {
		ClientCursor cursor = this.cursors.get(index);
		this.removed = cursor;
		ClientCursor last = this.cursors.remove(this.cursors.size() - 1);
		if (last != cursor) {
			this.cursors.set(index, last);
		}
		cursor.complete();
		countOff(cursor);
	}

	private void countOff(ClientCursor cursor) {
		this.removed = null;
		CloseReason reason = cursor.closing();
		if (reason != null) {
			this.stream.closed(cursor.client(), reason);
		}
	}

	private void settle(long now) {
		long lowest = Long.MAX_VALUE;
		long last = Long.MAX_VALUE;
		int readers = 0;
		int complete = 0;
		this.stream.contention().advance(now);
		for (ClientCursor cursor : this.cursors) {
			cursor.settle();
			if (cursor.isReading()) {
				readers++;
				complete += cursor.hasEverything() ? 1 : 0;
			}
			lowest = Math.min(lowest, cursor.demandPosition());
			last = Math.min(last, cursor.position());
		}
		this.stream.contention().report(this.share, readers, complete);
		this.slowest = last;
		synchronized (this.arrivals) {
			for (Arrival arrival : this.arrivals) {
				lowest = Math.min(lowest, arrival.cursor().demandPosition());
			}
			this.floor = lowest;
		}
		this.stream.progressed();
	}

	/**
	 * What follows a position, shared by all clients that are there.
	 * @return the slice, or {@code null} if the frame there has left the log
	 */
	@Nullable Slice slice(EventLog log, long position, boolean conflating) {
		Slice slice = conflating ? this.conflated : this.whole;
		if (slice == null || slice.from() != position) {
			slice = Slice.of(log, position, conflating, true);
			if (conflating) {
				this.conflated = slice;
			}
			else {
				this.whole = slice;
			}
		}
		return slice;
	}

	/**
	 * What is asked of the worker, and whom to answer.
	 */
	private final class Question<T> implements Worker.Task, Call {

		private final Supplier<T> question;

		private final CompletableFuture<T> answer;

		Question(Supplier<T> question, CompletableFuture<T> answer) {
			this.question = question;
			this.answer = answer;
		}

		@Override
		public void run() {
			Call before = WorkerThread.enter(this);
			try {
				this.answer.complete(this.question.get());
			}
			catch (Throwable ex) {
				WorkerReplaced.check(ex);
				this.answer.completeExceptionally(ex);
			}
			finally {
				WorkerThread.exit(this, before);
			}
		}

		@Override
		public void interrupted() {
			this.answer.completeExceptionally(
					new IllegalStateException("A condition has held up its worker, and has not been answered"));
			ClientGroup.this.interrupted();
		}

		@Override
		public Callee callee() {
			return Callee.CONDITION;
		}

		@Override
		public String subject() {
			return "clients of stream '" + ClientGroup.this.stream.name() + "'";
		}

	}

	/**
	 * What has happened so far. Written by the worker alone.
	 */
	public static final class Counts {

		private long delivered;

		private long bytes;

		private long skipped;

		private long replayed;

		private long filtered;

		public long delivered() {
			return this.delivered;
		}

		public long bytes() {
			return this.bytes;
		}

		public long skipped() {
			return this.skipped;
		}

		public long replayed() {
			return this.replayed;
		}

		public long filtered() {
			return this.filtered;
		}

	}

	/**
	 * A client that no worker has seen yet.
	 *
	 * @param cursor the client
	 * @param tail what came next when it came
	 */
	private record Arrival(ClientCursor cursor, long tail) {

	}

}
