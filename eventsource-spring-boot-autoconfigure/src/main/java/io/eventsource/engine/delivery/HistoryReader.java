package io.eventsource.engine.delivery;

import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.eventsource.Callee;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.HistoryUnavailableException;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.log.StartPosition;
import io.eventsource.engine.runtime.ApplicationCalls;
import org.jspecify.annotations.Nullable;

/**
 * Reads the history of a stream for one client, a batch at a time, up to the event from
 * which on the log has everything. Only one thread at a time reads, and it may block.
 */
final class HistoryReader {

	/** How long events wait for more of them to be read. */
	private static final long HASTE = TimeUnit.MILLISECONDS.toNanos(100);

	/** When a batch is large enough. With the last event most can be written at once. */
	private static final int BATCH = Slice.MAX_BYTES / 4 * 3;

	private final HistoryQuery query;

	private final HistoryRequest request;

	private final Delivery delivery;

	private final Function<Event, EncodedEvent> encoder;

	/** What the client may see; {@code null} for everything. */
	private final @Nullable ClientFilter filter;

	private String lastId;

	/** The last id with which the history was asked. */
	private @Nullable String asked;

	private int count;

	/** How many of the latest events the client was not shown. */
	private int hidden;

	/** The call that is under way, to be interrupted when the client has gone. */
	private volatile ApplicationCalls.@Nullable Task call;

	HistoryReader(HistoryQuery query, HistoryRequest request, Delivery delivery,
			Function<Event, EncodedEvent> encoder) {
		this.query = query;
		this.request = request;
		this.delivery = delivery;
		this.encoder = encoder;
		this.lastId = request.lastEventId();
		this.filter = delivery.visibility().filterFor(request.recipient().client(), false, () -> {
		});
	}

	private EventClient client() {
		return this.request.recipient().client();
	}

	/**
	 * Has what comes after the end be read too, since events have left the log before the
	 * client got there.
	 */
	void resume() {
		this.asked = null;
	}

	/**
	 * Closes what is being read. Throws nothing.
	 */
	void close() {
		this.query.close();
	}

	/**
	 * Reads the next batch in the context of the client.
	 * @param room waits until the batch may have so many bytes
	 * @param cancelled whether the client has gone
	 */
	@Nullable HistoryBatch read(HistoryBlocks.Room room, BooleanSupplier cancelled) {
		AtomicReference<@Nullable HistoryBatch> batch = new AtomicReference<>();
		ApplicationCalls.Task current = this.delivery.context()
			.calls()
			.add(Callee.HISTORY, () -> batch.set(this.request.recipient().inContext(() -> readBatch(room, cancelled))));
		this.call = current;
		try {
			current.run();
		}
		finally {
			this.call = null;
		}
		return batch.get();
	}

	/**
	 * Interrupts the call that is under way, if there is one. Any thread.
	 */
	void interrupt() {
		ApplicationCalls.Task current = this.call;
		if (current != null) {
			current.interrupt();
		}
	}

	/**
	 * Logs that a batch cannot be handed to the client.
	 */
	void failed(Throwable cause) {
		this.delivery.context()
			.supervisor()
			.failed(Callee.ENGINE, () -> "The history of stream '" + client().stream() + "' cannot be handed to "
					+ client() + ", whose connection ends", cause);
	}

	private HistoryBatch readBatch(HistoryBlocks.Room room, BooleanSupplier cancelled) {
		HistoryBlocks blocks = new HistoryBlocks(room);
		int before = this.count;
		StartPosition end;
		try {
			end = read(blocks, System.nanoTime(), cancelled);
		}
		catch (HistoryUnavailableException ex) {
			close();
			room.filled(blocks.size());
			return HistoryBatch.unfinished(blocks, this.count - before, this.hidden);
		}
		catch (Throwable ex) {
			if (!cancelled.getAsBoolean()) {
				this.delivery.context()
					.supervisor()
					.failed(Callee.HISTORY, () -> "The history of stream '" + client().stream() + "' failed; "
							+ client() + " is told that it misses events", ex);
			}
			end = gap();
		}
		if (end != null) {
			close();
		}
		room.filled(blocks.size());
		return new HistoryBatch(blocks.join(), this.count - before, this.hidden, end);
	}

	private @Nullable StartPosition read(HistoryBlocks blocks, long begun, BooleanSupplier cancelled) throws Exception {
		while (!cancelled.getAsBoolean() && blocks.size() < BATCH
				&& (blocks.size() == 0 || System.nanoTime() - begun < HASTE)) {
			Iterator<Event> events = (this.query.events() != null) ? this.query.events() : ask();
			if (events == null) {
				return gap();
			}
			StartPosition end = events.hasNext() ? read(events.next(), blocks) : end();
			if (end != null) {
				return end;
			}
		}
		return null;
	}

	private @Nullable Iterator<Event> ask() throws Exception {
		this.asked = this.lastId;
		return this.query.ask(withoutTopic(this.lastId),
				this.delivery.settings().replay().historyMaxEvents() - this.count + 1);
	}

	/**
	 * Adds an event, unless the log has it and all that follows.
	 */
	private @Nullable StartPosition read(Event event, HistoryBlocks blocks) throws InterruptedException {
		String id = id(event);
		Frame known = (id != null) ? this.delivery.log().frame(id) : null;
		if (known != null) {
			return StartPosition.at(known.sequence());
		}
		if (this.count == this.delivery.settings().replay().historyMaxEvents()) {
			return gap();
		}
		add(event, blocks);
		return null;
	}

	/** The id as it is sent. */
	private @Nullable String id(Event event) {
		return (event.id() != null) ? event.id() + this.delivery.log().ids().suffix() : null;
	}

	private String withoutTopic(String id) {
		String suffix = this.delivery.log().ids().suffix();
		return id.endsWith(suffix) ? id.substring(0, id.length() - suffix.length()) : id;
	}

	/**
	 * Where the client goes on after the last event of the history; {@code null} if
	 * events have left the log since the history was asked, which may have them now.
	 */
	private @Nullable StartPosition end() {
		this.query.close();
		StartPosition start = this.request.start();
		Frame last = this.delivery.log().frame(this.lastId);
		if (last != null) {
			return StartPosition.at(last.sequence() + 1);
		}
		if (this.delivery.log().head() <= start.position()) {
			return StartPosition.at(start.position());
		}
		return this.lastId.equals(this.asked) ? gap() : null;
	}

	private void add(Event event, HistoryBlocks blocks) throws InterruptedException {
		this.count++;
		String id = id(event);
		if (this.lastId.equals(id)) {
			return;
		}
		this.lastId = (id != null) ? id : this.lastId;
		if (this.filter != null && !this.filter.shows(event)) {
			this.hidden++;
			return;
		}
		this.hidden = 0;
		// With nothing but the application's own event, unless its size is not known
		blocks.makeRoom(event.size());
		EncodedEvent encoded = this.encoder.apply(event);
		blocks.add(encoded, this.request.recipient().keepsPositions() ? 0 : encoded.own());
		if (encoded.gap() != null) {
			this.delivery.context().missed(client(), encoded.gap(), null);
		}
	}

	private StartPosition gap() {
		return new HistoryGap(this.delivery.log(), this.request.start(), this.query).behind(withoutTopic(this.lastId),
				this.count);
	}

}
