package io.eventsource.engine.delivery;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Supplier;

import io.eventsource.Callee;
import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.GapCause;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.LogId;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.Call;
import io.eventsource.engine.runtime.WorkerReplaced;
import io.eventsource.engine.runtime.WorkerThread;
import io.eventsource.engine.source.PublisherStart;
import org.jspecify.annotations.Nullable;

/**
 * One connection: a position in the log, and the sink that what follows goes to. All but
 * {@link #writable()} and {@link #close} belongs to the worker of the connection.
 */
public final class ClientCursor implements EventConnection, Call {

	private static final AtomicReferenceFieldUpdater<ClientCursor, @Nullable CloseReason> CLOSING = AtomicReferenceFieldUpdater
		.newUpdater(ClientCursor.class, CloseReason.class, "closing");

	private static final VarHandle WRITABLE = writableHandle();

	private static final long OPENING = 5_000_000_000L;

	/** How often a place is looked up again that has left the log meanwhile, in a row. */
	private static final int ATTEMPTS = 8;

	/** Longer than the clock can count. */
	private static final Duration DISTANT = Duration.ofDays(36_500);

	private final EventClient client;

	private final EventSink sink;

	private final ClientGroup group;

	private final EventStream stream;

	private final EventLog log;

	/** What the client may see; {@code null} for everything. */
	private final @Nullable ClientFilter filter;

	/** Whether the client is sent anything but what is the publisher's, and gaps. */
	private final boolean keepsPositions;

	/** By which the client knows its place until it is sent an event. */
	private final @Nullable String openingId;

	private long position;

	/** Where the client begins, until something of the log was taken for it. */
	private @Nullable Beginning beginning;

	/** What looks for the first of the latest events that it may see, until found. */
	private @Nullable ReplaySearch search;

	/** Whether it was looked for a history. */
	private boolean remembered;

	/** What is to be written next, from {@link #offset} on. */
	private @Nullable Slice current;

	private int offset;

	/** What comes after {@link #current}, so that it cannot leave the log before. */
	private @Nullable Slice reserved;

	/** What the stream counts as kept by the client until it can take more. */
	private @Nullable Slice kept;

	private @Nullable Slice keptForLater;

	/** What comes before the log, until all of it was taken. */
	private @Nullable HistoryReplay history;

	/** The history from which {@link #current} is. */
	private @Nullable HistoryReplay source;

	private boolean unflushed;

	/** Whether the sink was ready at least once, or was told that it never is. */
	private boolean opened;

	/** Whether the sink was not ready since the client last had everything. */
	private boolean lagging;

	/** Whether the client was sent the last block that it gets. */
	private boolean ended;

	/** Whether the client was moved to its place in the log, and sent nothing of it. */
	private boolean displaced;

	/** Since when the sink has not been ready; zero while it is. */
	private long blockedSince;

	/** How long the publisher has waited for the client. */
	private final Contention.Account account;

	private long lastWrite;

	private long bytes;

	/** When the connection is to end, and why; zero for never. */
	private long departure;

	private CloseReason departing = CloseReason.LIFETIME;

	/** Whether the client gets nothing more but what it was begun with. */
	private boolean leaving;

	/** Whether a thread that was replaced is still in a call of the sink. */
	private boolean sinkStuck;

	private volatile boolean sentAway;

	private volatile boolean completing;

	private volatile boolean writable;

	private volatile @Nullable CloseReason closing;

	ClientCursor(EventClient client, EventSink sink, ClientGroup group, EventStream stream, Beginning beginning,
			long now) {
		this.client = client;
		this.sink = sink;
		this.group = group;
		this.stream = stream;
		this.log = stream.log();
		this.keepsPositions = sink.keepsPositions();
		this.filter = stream.filter(client, this.keepsPositions, () -> close(CloseReason.FAILED));
		this.beginning = beginning;
		this.position = beginning.position();
		this.account = stream.contention().new Account(this.position);
		this.openingId = this.keepsPositions ? Placement.opening(stream, client, beginning.start(), beginning.live())
				: null;
		this.blockedSince = now;
		this.lastWrite = now;
		long lifetime = stream.settings().connection().maxLifetime().toNanos();
		if (lifetime > 0) {
			depart(CloseReason.LIFETIME, now + lifetime - ThreadLocalRandom.current().nextLong(lifetime / 5 + 1));
		}
		if (client.expires() != null) {
			// From now on: who lets clients in may have taken its time
			expire(now, Duration.between(Instant.now(), client.expires()));
		}
	}

	private static VarHandle writableHandle() {
		try {
			return MethodHandles.lookup().findVarHandle(ClientCursor.class, "writable", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private void expire(long now, Duration left) {
		if (left.isZero() || left.isNegative()) {
			this.closing = CloseReason.EXPIRED;
		}
		else if (left.compareTo(DISTANT) < 0) {
			long time = now + left.toNanos();
			if (this.departure == 0 || time - this.departure < 0) {
				depart(CloseReason.EXPIRED, time);
			}
		}
	}

	EventClient client() {
		return this.client;
	}

	@Override
	public void writable() {
		this.writable = true;
		this.group.signal();
	}

	@Override
	public void close(CloseReason reason) {
		if (CLOSING.compareAndSet(this, null, reason)) {
			this.group.signal();
		}
	}

	@Override
	public void sendAway() {
		this.sentAway = true;
		this.group.signal();
	}

	@Override
	public @Nullable String openingId() {
		return this.openingId;
	}

	@Override
	public void whenReleased(Runnable action) {
		if (this.stream.isPersonal()) {
			this.stream.calls().whenDone(action);
		}
		else {
			action.run();
		}
	}

	/**
	 * Why the connection is to end, or {@code null} while it is not.
	 */
	@Nullable CloseReason closing() {
		return this.closing;
	}

	/**
	 * Describes the connection.
	 */
	ClientSnapshot snapshot() {
		return new ClientSnapshot(this.client, this.log.tail() - this.position, this.bytes, isBlocked());
	}

	private boolean isBlocked() {
		return this.blockedSince != 0 && !this.writable;
	}

	/**
	 * The position of the next event that the client gets.
	 */
	long position() {
		return this.position;
	}

	/**
	 * Sends the client away at a time, with a reconnection time of its own.
	 */
	void departAt(long time) {
		depart(CloseReason.SHUTDOWN, time);
	}

	private void depart(CloseReason reason, long time) {
		this.departing = reason;
		this.departure = time;
	}

	/**
	 * Ends the response. Called once. Throws nothing.
	 */
	void complete() {
		letGo();
		try {
			if (this.source != null) {
				this.source.sent();
			}
			if (this.history != null) {
				this.history.cancel();
			}
		}
		catch (Throwable ex) {
			supervise("The history of %s could not be closed", Callee.HISTORY, ex);
		}
		if (!this.sinkStuck) {
			completeSink();
		}
	}

	/** The transport may keep the connection for longer than the stream does. */
	private void letGo() {
		this.current = null;
		this.reserved = null;
		keep();
	}

	private void completeSink() {
		this.completing = true;
		Call before = WorkerThread.enter(this);
		try {
			CloseReason reason = this.closing;
			this.sink.complete((reason != null) ? reason : CloseReason.DISCONNECTED);
		}
		catch (Throwable ex) {
			supervise("The response of %s could not be ended", Callee.SINK, ex);
		}
		finally {
			WorkerThread.exit(this, before);
		}
	}

	private void supervise(String message, Callee callee, Throwable failure) {
		WorkerReplaced.check(failure);
		this.stream.supervisor().failed(callee, () -> String.format(message, this.client), failure);
	}

	@Override
	public Callee callee() {
		return Callee.SINK;
	}

	@Override
	public String subject() {
		return this.client.toString();
	}

	/**
	 * Closes the connection, and leaves the sink to the thread that stands still in it.
	 */
	@Override
	public void abandon() {
		this.sinkStuck = true;
		close(CloseReason.WRITE_TIMEOUT);
	}

	@Override
	public void returned() {
		if (!this.completing) {
			completeSink();
		}
	}

	/**
	 * Makes ready what is to be found out before the client gets something: its history,
	 * or which of the latest events it may see. Called once.
	 */
	void welcome() {
		Beginning beginning = this.beginning;
		if (beginning == null) {
			return;
		}
		if (beginning.hasGap()) {
			remember(beginning.resolve(this.position));
		}
		else if (this.filter != null && this.position < beginning.live() && !this.log.hasEnded()
				&& (this.client.lastEventId() == null || LogId.isOpening(this.client.lastEventId()))) {
			this.search = new ReplaySearch(this.log, this.filter, beginning.live(),
					this.stream.settings().replay().initial());
		}
	}

	/**
	 * Puts a history before the log, if there is one that may know what is missing.
	 */
	private boolean remember(EventLog.Start start) {
		if (!this.remembered) {
			this.remembered = true;
			this.history = this.stream.history(this.client, this.sink, this.keepsPositions, start, this.group::signal);
		}
		return this.history != null;
	}

	/**
	 * Begins in the log, or with the history of what has left it meanwhile.
	 */
	private void begin(Beginning beginning) {
		Beginning found = beginning;
		if (this.search != null) {
			ReplaySearch search = this.search;
			if (!Boolean.TRUE.equals(inContext(() -> search.search(this.group.budget())))) {
				return;
			}
			found = beginning.from(Math.min(beginning.position(), this.search.position()));
			this.beginning = found;
			this.search = null;
		}
		for (int i = 0; i < ATTEMPTS; i++) {
			EventLog.Start start = place(found);
			if (start.gap() != null && remember(start)) {
				return;
			}
			if (enter(start, new byte[0])) {
				this.group.replayed(Math.max(0, found.live() - start.position()));
				return;
			}
		}
	}

	private EventLog.Start place(Beginning beginning) {
		EventLog.Start start = beginning.resolve(this.log.head());
		if (start.gap() == null || beginning.hasGap()) {
			return start;
		}
		this.lagging = true;
		return switch (this.stream.settings().buffer().overflow()) {
			case SKIP, CONFLATE -> this.log.skip(beginning.promised(), this.filter == null);
			case DISCONNECT, BACKPRESSURE -> start;
		};
	}

	/**
	 * Goes on from a place in the log, after the client was told what it misses. What
	 * follows there is taken in the same step, so that it cannot leave the log while the
	 * client is told.
	 * @param before what is sent first
	 * @return whether the log still had the place
	 */
	private boolean enter(EventLog.Start start, byte[] before) {
		boolean last = start.position() >= this.log.tail();
		int room = Slice.MAX_BYTES - before.length;
		Slice slice = last ? null : take(start.position(), (start.gap() != null) ? room - FrameEncoder.MAX_GAP : room);
		if (!last && slice == null) {
			return false;
		}
		this.position = start.position();
		this.displaced |= start.gap() != null;
		this.beginning = last ? Beginning.at(EventLog.Start.at(start.position())) : null;
		byte[] gap = (start.gap() != null) ? tell(start.gap(), start.missed()) : new byte[0];
		lead((before.length == 0) ? gap : concat(before, gap), slice);
		this.group.protect(needed());
		return true;
	}

	/**
	 * Puts something before a slice: in one piece if it is small enough to be written at
	 * once, so that no part of it has to be kept for a client that takes no more.
	 */
	private void lead(byte[] block, @Nullable Slice slice) {
		if (slice == null) {
			enqueue(block);
		}
		else if (block.length == 0) {
			this.current = slice;
		}
		else if (block.length + slice.length() <= Slice.MAX_WRITE) {
			this.current = slice.behind(block);
		}
		else {
			enqueue(block);
			this.reserved = slice;
		}
	}

	/**
	 * Tells the listener what the client misses. How many events it would have seen of
	 * those is not known where some are hidden.
	 * @return the block that tells the client
	 */
	private byte[] tell(GapCause gap, @Nullable Long events) {
		Long missed = (this.filter != null) ? null : events;
		if (gap == GapCause.OVERFLOW && events != null) {
			this.group.skipped(events);
		}
		this.stream.missed(this.client, gap, missed);
		return FrameEncoder.gap(this.stream.settings().replay().gapEvent(), gap, missed);
	}

	private @Nullable Slice take(long from, int size) {
		boolean conflating = this.lagging && this.stream.settings().buffer().overflow() == OverflowStrategy.CONFLATE;
		ClientFilter filter = this.filter;
		if (filter != null) {
			return inContext(() -> filter.slice(this.log, from, conflating, size, this.group.budget()));
		}
		return (this.keepsPositions && size == Slice.MAX_BYTES) ? this.group.slice(this.log, from, conflating)
				: Slice.of(this.log, from, conflating, this.keepsPositions, size);
	}

	/** Filters belong to the application, and are asked about this client. */
	private <T> @Nullable T inContext(Supplier<@Nullable T> look) {
		if (!this.stream.hasFilters()) {
			return look.get();
		}
		AtomicReference<@Nullable T> found = new AtomicReference<>();
		this.sink.runInContext(() -> found.set(look.get()));
		return found.get();
	}

	private void enqueue(byte[] block) {
		if (block.length > 0) {
			this.current = Slice.of(block, this.position);
		}
	}

	/**
	 * Writes what the sink takes without blocking, a slice at most, and counts what is
	 * left of it.
	 * @return whether there is more that the sink may take at once
	 */
	boolean drain(long now) {
		boolean more = drainSlice(now);
		if (this.current != this.kept || this.reserved != this.keptForLater) {
			keep();
		}
		return more;
	}

	private void keep() {
		try {
			this.kept = this.log.stragglers().exchange(this, this.kept, this.current);
			this.keptForLater = this.log.stragglers().exchange(this, this.keptForLater, this.reserved);
		}
		catch (Throwable ex) {
			supervise("%s could not be served", Callee.ENGINE, ex);
			close(CloseReason.FAILED);
		}
	}

	private boolean drainSlice(long now) {
		if (!this.writable || this.closing != null) {
			return false;
		}
		this.opened = true;
		leaveIfDue(now);
		if (!hasWork(this.log.tail())) {
			this.blockedSince = 0;
			return false;
		}
		Call before = WorkerThread.enter(this);
		try {
			return isReady(now) && write(next(), now);
		}
		catch (Throwable ex) {
			broken(ex);
			return false;
		}
		finally {
			WorkerThread.exit(this, before);
		}
	}

	/**
	 * Ends a connection that has failed. Most of what a sink throws says no more than
	 * that the client has gone.
	 */
	private void broken(Throwable failure) {
		if (failure instanceof IOException || failure instanceof IllegalStateException) {
			this.stream.supervisor().debug(() -> this.client + " is gone: " + failure);
		}
		else {
			supervise("%s could not be served", Callee.SINK, failure);
		}
		close((failure instanceof Exception) ? CloseReason.DISCONNECTED : CloseReason.FAILED);
	}

	/**
	 * Whether there is something to be written.
	 * @param tail what comes next in the log, or came when the worker began its pass
	 */
	private boolean hasWork(long tail) {
		if (this.current != null || this.reserved != null || this.unflushed || this.leaving) {
			return true;
		}
		if (this.history != null) {
			return this.history.hasBatch() || this.history.isIdle();
		}
		if (this.search != null || (this.beginning != null && this.beginning.hasGap())) {
			return true;
		}
		return this.log.hasEnded() || this.position < tail;
	}

	private boolean isReady(long now) {
		// Cleared before the question: after the answer "no", another thread sets it,
		// which must not be overwritten
		this.writable = false;
		if (this.sink.isReady()) {
			// Nobody else clears it, so no other write need be seen before this one
			WRITABLE.setRelease(this, true);
			this.blockedSince = 0;
			return true;
		}
		this.lagging = true;
		if (this.blockedSince == 0) {
			this.blockedSince = now;
		}
		return false;
	}

	private @Nullable Slice next() {
		if (this.current == null) {
			if (this.reserved != null) {
				this.current = this.reserved;
				this.reserved = null;
			}
			else if (this.leaving) {
				depart();
			}
			else if (this.history != null) {
				readHistory(this.history);
			}
			else if (this.filter == null || !this.group.budget().isSpent()) {
				readLog();
			}
		}
		return this.current;
	}

	private void depart() {
		if (isBehind()) {
			checkpoint();
		}
		else if (this.departing == CloseReason.SHUTDOWN && this.keepsPositions && !this.ended) {
			this.ended = true;
			enqueue(FrameEncoder.retry(EventStream.returnTime(this.stream.settings())));
		}
		else if (!this.unflushed) {
			close(this.departing);
		}
	}

	private void readHistory(HistoryReplay history) {
		if (history.isIdle()) {
			// Not before the client could take it
			history.fetch();
			return;
		}
		HistoryReplay.Batch batch = history.take();
		if (batch == null) {
			return;
		}
		this.group.replayed(batch.count());
		takeFrom(history, batch);
		if (this.current == null) {
			history.sent();
		}
		else {
			this.source = history;
		}
	}

	private void takeFrom(HistoryReplay history, HistoryReplay.Batch batch) {
		EventLog.Start end = batch.end();
		if (end == null) {
			enqueue(batch.bytes());
			return;
		}
		this.history = null;
		this.displaced = true;
		if (this.filter != null) {
			this.filter.passed(batch.hidden());
		}
		if (!leaveHistory(end, batch.bytes())) {
			// The events behind it have left the log meanwhile; the history may have them
			this.history = history;
			history.resume();
			enqueue(batch.bytes());
		}
	}

	private boolean leaveHistory(EventLog.Start end, byte[] bytes) {
		if (end.gap() == null) {
			return enter(end, bytes);
		}
		Beginning rest = Beginning.at(end);
		for (int i = 0; i < ATTEMPTS; i++) {
			if (enter(rest.resolve(this.log.head()), bytes)) {
				return true;
			}
		}
		this.beginning = rest;
		enqueue(bytes);
		return true;
	}

	private static byte[] concat(byte[] first, byte[] second) {
		byte[] both = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, both, first.length, second.length);
		return both;
	}

	private void readLog() {
		boolean over = this.log.hasEnded();
		Beginning beginning = this.beginning;
		if (beginning != null && (beginning.hasGap() || this.search != null || this.position < this.log.tail())) {
			begin(beginning);
		}
		else if (this.filter != null && this.filter.isCheckpointDue()) {
			checkpoint();
		}
		else if (this.position < this.log.tail()) {
			this.current = take(this.position, Slice.MAX_BYTES);
			if (this.current == null) {
				overflow();
			}
		}
		else if (over && isBehind()) {
			checkpoint();
		}
		else if (over && this.keepsPositions && !this.ended && needsEnd()) {
			this.ended = true;
			enqueue(this.stream.isPersonal() ? FrameEncoder.end(this.log.epoch())
					: FrameEncoder.checkpoint(Placement.end(this.log)));
		}
		else if (over && this.keepsPositions && !this.ended && this.stream.farewell().length > 0) {
			this.ended = true;
			enqueue(this.stream.farewell());
		}
		else if (over && !this.unflushed) {
			close(this.stream.endReason());
		}
	}

	/**
	 * Whether the client would not know by the last id that it has that there is nothing
	 * more to come.
	 */
	private boolean needsEnd() {
		return this.stream.isPersonal() ? this.stream.endReason() == CloseReason.COMPLETED
				: Placement.isUnknown(this.log, this.displaced);
	}

	/**
	 * Whether the client has passed events that it was not shown, and does not know it.
	 */
	private boolean isBehind() {
		return this.filter != null && this.history == null && this.filter.isBehind();
	}

	private void checkpoint() {
		if (this.filter != null) {
			enqueue(this.filter.checkpoint(this.log, this.position));
		}
	}

	private void overflow() {
		this.lagging = true;
		switch (this.stream.settings().buffer().overflow()) {
			case SKIP, CONFLATE -> skip();
			case DISCONNECT, BACKPRESSURE -> close(CloseReason.OVERFLOW);
		}
	}

	private void skip() {
		for (int i = 0; i < ATTEMPTS; i++) {
			if (enter(this.log.skip(this.position, this.filter == null), new byte[0])) {
				return;
			}
		}
	}

	private boolean write(@Nullable Slice slice, long now) throws IOException {
		if (this.closing != null) {
			// Perhaps by a filter, just now
			return false;
		}
		if (slice != null) {
			int left = slice.length() - this.offset;
			int length = (left > Slice.MAX_WRITE) ? Slice.MAX_BYTES : left;
			if (length > 0) {
				this.unflushed = true;
				this.sink.write(slice.bytes(), slice.start() + this.offset, length);
				this.offset += length;
				this.lastWrite = now;
				this.bytes += length;
				this.group.sent(length);
			}
			if (this.offset == slice.length()) {
				this.current = null;
				this.offset = 0;
				if (this.source != null) {
					this.source.sent();
					this.source = null;
				}
				this.displaced &= slice.next() == this.position;
				this.position = slice.next();
				this.group.delivered(slice);
				if (!slice.gaps().isEmpty()) {
					slice.gaps().forEach((cause) -> this.stream.missed(this.client, cause, null));
				}
			}
			if (!isReady(now)) {
				return false;
			}
		}
		if (this.unflushed) {
			this.sink.flush();
			this.unflushed = false;
		}
		// What has come meanwhile was announced, and will be sent when its time has come
		boolean more = hasWork(this.group.tail());
		if (!more) {
			this.account.clear();
			this.lagging = false;
		}
		return more && this.closing == null;
	}

	/**
	 * Gives the client nothing more once its time has come.
	 * @return whether it has come just now
	 */
	private boolean leaveIfDue(long now) {
		if (this.sentAway) {
			depart(CloseReason.SHUTDOWN, now);
		}
		boolean due = this.sentAway || (this.departure != 0 && now - this.departure >= 0);
		if (!due || this.leaving) {
			return false;
		}
		this.leaving = true;
		return true;
	}

	/**
	 * Looks at the clock: the heartbeat of an idle client, the deadline of a blocked one.
	 */
	void tick(long now, StreamSettings settings) {
		try {
			look(now, settings);
		}
		catch (Throwable ex) {
			supervise("%s could not be served", Callee.ENGINE, ex);
			close(CloseReason.FAILED);
		}
	}

	private void look(long now, StreamSettings settings) {
		if (this.closing != null) {
			return;
		}
		if (leaveIfDue(now)) {
			this.group.signal();
		}
		if (this.leaving && this.departing == CloseReason.EXPIRED && !this.writable) {
			// Not for as long as the client cares to take what is left
			close(CloseReason.EXPIRED);
		}
		else if (isAwaitingPublisher(now)) {
			this.blockedSince = now;
		}
		else if (!this.opened && now - this.blockedSince >= OPENING) {
			this.opened = true;
			neverReady();
		}
		else if (isBlocked()) {
			if (now - this.blockedSince >= settings.connection().writeTimeout().toNanos()) {
				close(CloseReason.WRITE_TIMEOUT);
			}
			else if (isOverrun() || holdsUpHistories(now)) {
				close(CloseReason.OVERFLOW);
			}
		}
		else if (!settings.connection().heartbeat().isZero()
				&& now - this.lastWrite >= settings.connection().heartbeat().toNanos() && !hasWork(this.log.tail())) {
			if (isBehind()) {
				checkpoint();
			}
			if (this.current == null) {
				enqueue(FrameEncoder.heartbeat());
			}
			this.lastWrite = now;
			drain(now);
		}
	}

	/**
	 * Whether the response waits for the publisher. If it has done so for long enough, it
	 * begins without an event.
	 */
	private boolean isAwaitingPublisher(long now) {
		PublisherStart start = this.stream.publisherStart();
		if (start == null || !start.isPending()) {
			return false;
		}
		if (start.isOverdue(now)) {
			// The headers
			this.unflushed = true;
			Call before = WorkerThread.enter(this);
			try {
				start.give();
			}
			finally {
				WorkerThread.exit(this, before);
			}
		}
		return true;
	}

	private void neverReady() {
		Call before = WorkerThread.enter(this);
		try {
			this.sink.neverReady();
		}
		catch (Throwable ex) {
			broken(ex);
		}
		finally {
			WorkerThread.exit(this, before);
		}
	}

	/**
	 * Whether the client will have to be disconnected once it takes something again. One
	 * that has begun with an event may still finish it.
	 */
	private boolean isOverrun() {
		OverflowStrategy overflow = this.stream.settings().buffer().overflow();
		return this.current == null && this.reserved == null && this.beginning == null && this.history == null
				&& this.position < this.log.head()
				&& (overflow == OverflowStrategy.DISCONNECT || overflow == OverflowStrategy.BACKPRESSURE);
	}

	/**
	 * Whether others wait for their turn to get a history, and this client, which has it,
	 * has taken nothing for a while.
	 */
	private boolean holdsUpHistories(long now) {
		HistoryReplay history = (this.source != null) ? this.source : this.history;
		return history != null && history.holdsUpOthers() && now - this.blockedSince >= HistoryTurns.PATIENCE;
	}

	/**
	 * Counts the time that the client has had.
	 */
	void settle() {
		this.account.settle(isBlocked(), needed(), this.bytes, Math.max(1, this.log.tail() - this.log.head()));
		if (hasEverything()) {
			this.account.clear();
		}
	}

	/**
	 * Whether the client reads, as far as can be seen.
	 */
	boolean isReading() {
		return this.closing == null && !isAbsent() && !this.account.isSpent() && !this.account.isStalled();
	}

	/**
	 * Whether the client was sent all that there is.
	 */
	boolean hasEverything() {
		return !isBlocked() && this.current == null && this.reserved == null && !this.unflushed && this.history == null
				&& this.search == null && this.position >= this.log.tail();
	}

	/**
	 * Whether the client waits for its history, and not for the publisher.
	 */
	private boolean isAbsent() {
		return this.history != null && !this.stream.isPersonal();
	}

	/**
	 * From where on the log is needed by this client, as far as the publisher should wait
	 * for it: see {@link Contention}.
	 * @return the position, or {@link Long#MAX_VALUE} if nobody should wait
	 */
	long demandPosition() {
		boolean spent = this.account.isSpent() && !this.stream.waitsForEverybody();
		return (spent || isAbsent() || this.closing != null) ? Long.MAX_VALUE : needed();
	}

	/**
	 * The position of the first event that the client needs and that was not taken for it
	 * yet.
	 */
	private long needed() {
		if (this.beginning != null) {
			return this.beginning.due();
		}
		Slice last = (this.reserved != null) ? this.reserved : this.current;
		return (last != null) ? last.next() : this.position;
	}

}
