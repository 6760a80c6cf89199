package io.eventsource.engine.delivery;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.eventsource.Callee;
import io.eventsource.Event;
import io.eventsource.EventHistory;
import io.eventsource.engine.runtime.Supervisor;
import org.jspecify.annotations.Nullable;

/**
 * What a history has answered to one client: the stream of events that is being read, to
 * be closed by whoever comes last.
 */
final class HistoryQuery {

	private final EventHistory history;

	private final HistoryRequest request;

	private final Supervisor supervisor;

	private final AtomicReference<@Nullable Stream<Event>> events = new AtomicReference<>();

	private @Nullable Iterator<Event> iterator;

	HistoryQuery(EventHistory history, HistoryRequest request, Supervisor supervisor) {
		this.history = history;
		this.request = request;
		this.supervisor = supervisor;
	}

	/**
	 * The events that are being read; {@code null} before the history was asked.
	 */
	@Nullable Iterator<Event> events() {
		return this.iterator;
	}

	/**
	 * Asks the history for what follows an event.
	 * @return the events; {@code null} if the history does not know the id
	 */
	@Nullable Iterator<Event> ask(String lastId, int limit) throws Exception {
		Stream<Event> stream = this.history.after(lastId, this.request.recipient().client(), limit);
		this.events.set(stream);
		this.iterator = (stream != null) ? stream.iterator() : null;
		return this.iterator;
	}

	/**
	 * Returns whether an event came before another one, as far as the history knows.
	 */
	boolean precedes(String id, String other) {
		return this.history.precedes(id, other);
	}

	/**
	 * Closes the stream of events, if there is one. Throws nothing.
	 */
	void close() {
		this.iterator = null;
		Stream<Event> current = this.events.getAndSet(null);
		if (current == null) {
			return;
		}
		try {
			this.request.recipient().sink().runInContext(current::close);
		}
		catch (Throwable ex) {
			this.supervisor.failed(Callee.HISTORY, () -> "The history of stream '"
					+ this.request.recipient().client().stream() + "' could not be closed", ex);
		}
	}

}
