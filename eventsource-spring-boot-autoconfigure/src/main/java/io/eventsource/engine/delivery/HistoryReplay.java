package io.eventsource.engine.delivery;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.eventsource.Callee;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.EventSink;
import io.eventsource.WaitingEvents;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.ApplicationCalls;
import org.jspecify.annotations.Nullable;

/**
 * Reads the history of a stream for one client, a batch at a time as the client takes
 * them, up to the event from which on the log has everything.
 * <p>
 * Each batch is asked for by the worker once the client could take it, and read on a
 * thread that may block, when it is the client's turn; only one is on its way.
 */
public final class HistoryReplay implements Runnable {

	/** How long events wait for more of them to be read. */
	private static final long HASTE = TimeUnit.MILLISECONDS.toNanos(100);

	/** When a batch is large enough. With the last event most can be written at once. */
	private static final int BATCH = Slice.MAX_BYTES / 4 * 3;

	private final EventHistory history;

	private final EventStream stream;

	private final EventClient client;

	/** Knows the context in which the history is to be read. */
	private final EventSink sink;

	/** Whether the client is sent ids that the publisher has not given. */
	private final boolean positions;

	/** Where the client would be without a history, and what it would be told. */
	private final EventLog.Start start;

	private final HistoryTurns turns;

	private final Runnable signal;

	private final AtomicReference<@Nullable Stream<Event>> events = new AtomicReference<>();

	private @Nullable Iterator<Event> iterator;

	private String lastId;

	/** The last id with which the history was asked. */
	private @Nullable String asked;

	private int count;

	/** What the client may see; {@code null} for everything. */
	private final @Nullable ClientFilter filter;

	/** How many of the latest events the client was not shown. */
	private int hidden;

	/** Whether the worker has asked for a batch that it has not taken. Belongs to it. */
	private boolean wanted;

	private volatile HistoryTurns.@Nullable Turn turn;

	private volatile @Nullable Batch batch;

	/** Whether the client cannot be given a batch, nor told so. */
	private volatile boolean failed;

	private volatile boolean reading;

	private volatile boolean cancelled;

	/** The reading that is under way, to be interrupted when the client has gone. */
	private volatile ApplicationCalls.@Nullable Task task;

	public HistoryReplay(EventHistory history, EventStream stream, EventClient client, EventSink sink,
			boolean positions, EventLog.Start start, HistoryTurns turns, Runnable signal) {
		this.history = history;
		this.stream = stream;
		this.client = client;
		this.sink = sink;
		this.positions = positions;
		this.lastId = Objects.requireNonNull(client.lastEventId(), "a client without an id has no history");
		this.start = start;
		this.turns = turns;
		this.signal = signal;
		this.filter = stream.filter(client, false, () -> {
		});
	}

	/**
	 * Asks for the next batch. Never blocks.
	 */
	void fetch() {
		HistoryTurns.Turn next = this.turns.new Turn(this, this::unread);
		this.wanted = true;
		this.reading = true;
		this.turn = next;
		next.request();
	}

	/**
	 * Whether the next batch is to be asked for, as soon as the client could take it.
	 */
	boolean isIdle() {
		return !this.wanted;
	}

	/** There is no thread to read on. */
	private void unread() {
		this.reading = false;
		this.failed = true;
		this.signal.run();
	}

	/**
	 * Has what comes after the end be read too, since events have left the log before the
	 * client got there.
	 */
	void resume() {
		this.asked = null;
	}

	/**
	 * Whether there is something to be taken, be it a failure.
	 */
	boolean hasBatch() {
		return this.batch != null || this.failed;
	}

	/**
	 * Takes the batch that was asked for, if it is there.
	 * @throws IllegalStateException if there will be none, which is so where there was no
	 * memory to say what the client misses
	 */
	@Nullable Batch take() {
		if (this.failed) {
			throw new IllegalStateException("The history could not be read");
		}
		Batch taken = this.batch;
		if (taken != null) {
			this.batch = null;
			this.wanted = false;
		}
		return taken;
	}

	/**
	 * Takes note that the client has taken the whole of its latest batch.
	 */
	void sent() {
		HistoryTurns.Turn last = this.turn;
		if (last != null) {
			this.turn = null;
			last.end();
		}
	}

	/**
	 * Whether the client has a part of a batch, or a whole one waits for it, while others
	 * wait for their turn.
	 */
	boolean holdsUpOthers() {
		return this.turn != null && (!this.wanted || hasBatch()) && this.turns.isContended();
	}

	/**
	 * Reads nothing more, since the client has gone. Never blocks.
	 */
	void cancel() {
		this.cancelled = true;
		HistoryTurns.Turn last = this.turn;
		boolean unread = last != null && last.end();
		if (unread || !this.reading) {
			this.turns.execute(this::close);
		}
		ApplicationCalls.Task current = this.task;
		if (current != null) {
			current.interrupt();
		}
	}

	@Override
	public void run() {
		Batch next = null;
		boolean broken = false;
		try {
			next = (this.cancelled || this.stream.isClosed()) ? null : readInterruptibly();
		}
		catch (Throwable ex) {
			broken = true;
			this.stream.supervisor()
				.failed(Callee.ENGINE, () -> "The history of stream '" + this.client.stream() + "' cannot be handed to "
						+ this.client + ", whose connection ends", ex);
		}
		this.reading = false;
		if (this.cancelled) {
			close();
			next = null;
		}
		// Last: once the worker sees it, another thread may be at the history
		this.batch = next;
		this.failed = broken;
		this.signal.run();
	}

	private @Nullable Batch readInterruptibly() {
		AtomicReference<@Nullable Batch> result = new AtomicReference<>();
		ApplicationCalls.Task call = this.stream.calls()
			.add(Callee.HISTORY, () -> this.sink.runInContext(() -> result.set(read())));
		this.task = call;
		try {
			call.run();
		}
		finally {
			this.task = null;
		}
		return result.get();
	}

	private Batch read() {
		Blocks blocks = new Blocks();
		int before = this.count;
		EventLog.Start end;
		try {
			end = read(blocks, System.nanoTime());
		}
		catch (Throwable ex) {
			if (!this.cancelled) {
				// Whoever is interrupted since the client has gone is not to blame
				this.stream.supervisor()
					.failed(Callee.HISTORY, () -> "The history of stream '" + this.client.stream() + "' failed; "
							+ this.client + " is told that it misses events", ex);
			}
			end = gap();
		}
		if (end != null) {
			close();
		}
		HistoryTurns.Turn current = this.turn;
		if (current != null) {
			current.read(blocks.size);
		}
		return new Batch(blocks.join(), this.count - before, this.hidden, end);
	}

	private EventLog.@Nullable Start read(Blocks blocks, long begun) throws Exception {
		while (!this.cancelled && blocks.size < BATCH && (blocks.size == 0 || System.nanoTime() - begun < HASTE)) {
			Iterator<Event> current = (this.iterator != null) ? this.iterator : ask();
			if (current == null) {
				return gap();
			}
			if (!current.hasNext()) {
				close();
				Frame last = this.stream.log().frame(this.lastId);
				if (last != null) {
					return EventLog.Start.at(last.sequence() + 1);
				}
				if (this.stream.log().head() <= this.start.position()) {
					return EventLog.Start.at(this.start.position());
				}
				if (this.lastId.equals(this.asked)) {
					return gap();
				}
				// Events have left the log since it was asked: perhaps it has them now
				continue;
			}
			Event event = current.next();
			Frame known = (event.id() != null) ? this.stream.log().frame(event.id()) : null;
			if (known != null) {
				return EventLog.Start.at(known.sequence());
			}
			if (this.count == this.stream.settings().replay().historyMaxEvents()) {
				return gap();
			}
			add(event, blocks);
		}
		return null;
	}

	private @Nullable Iterator<Event> ask() throws Exception {
		this.asked = this.lastId;
		int limit = this.stream.settings().replay().historyMaxEvents() - this.count + 1;
		Stream<Event> stream = this.history.after(this.lastId, this.client, limit);
		this.events.set(stream);
		this.iterator = (stream != null) ? stream.iterator() : null;
		return this.iterator;
	}

	private void add(Event event, Blocks blocks) throws InterruptedException {
		this.count++;
		if (this.lastId.equals(event.id())) {
			return;
		}
		if (event.id() != null) {
			this.lastId = event.id();
		}
		if (this.filter != null && !this.filter.shows(event)) {
			this.hidden++;
			return;
		}
		this.hidden = 0;
		makeRoom(blocks.size + WaitingEvents.size(event));
		EncodedEvent encoded = this.stream.translate(event);
		int offset = this.positions ? 0 : encoded.own();
		makeRoom(blocks.size + encoded.body().length - offset);
		blocks.add((offset > 0) ? Arrays.copyOfRange(encoded.body(), offset, encoded.body().length) : encoded.body());
		if (encoded.gap() != null) {
			this.stream.missed(this.client, encoded.gap(), null);
		}
	}

	/**
	 * Waits with nothing but the application's own event, unless its size is not known.
	 */
	private void makeRoom(long size) throws InterruptedException {
		HistoryTurns.Turn current = this.turn;
		if (current != null) {
			current.growTo(size);
		}
	}

	private EventLog.Start gap() {
		long oldest = this.stream.log().head();
		Long missed = this.start.missed();
		if (missed == null || this.count > 0) {
			return new EventLog.Start(oldest, this.start.gap(), null);
		}
		return new EventLog.Start(oldest, this.start.gap(), missed + oldest - this.start.position());
	}

	private void close() {
		this.iterator = null;
		Stream<Event> current = this.events.getAndSet(null);
		if (current != null) {
			try {
				this.sink.runInContext(current::close);
			}
			catch (Throwable ex) {
				this.stream.supervisor()
					.failed(Callee.HISTORY,
							() -> "The history of stream '" + this.client.stream() + "' could not be closed", ex);
			}
		}
	}

	/**
	 * The blocks of a batch that is being read.
	 */
	private static final class Blocks {

		private final List<byte[]> blocks = new ArrayList<>();

		private long size;

		void add(byte[] block) {
			this.blocks.add(block);
			this.size += block.length;
		}

		/** A single one is not copied, since it may be large. */
		byte[] join() {
			if (this.blocks.size() == 1) {
				return this.blocks.get(0);
			}
			ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) this.size);
			this.blocks.forEach(bytes::writeBytes);
			return bytes.toByteArray();
		}

	}

	/**
	 * A part of the history.
	 *
	 * @param bytes the events
	 * @param count how many they are, with those that the client is not shown
	 * @param hidden how many the client was not shown since the last that it was
	 * @param end where the client goes on in the log, with what it must be told; {@code
	 * null} where there is more of the history
	 */
	record Batch(byte[] bytes, int count, int hidden, EventLog.@Nullable Start end) {

	}

}
