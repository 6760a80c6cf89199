package io.eventsource.engine.delivery;

import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.eventsource.Event;
import io.eventsource.EventHistory;
import io.eventsource.engine.log.EncodedEvent;
import org.jspecify.annotations.Nullable;

/**
 * The history of one stream, which knows the events that have left the log, and the turns
 * in which clients are given it.
 */
public final class Histories {

	private final @Nullable EventHistory history;

	private final HistoryTurns turns;

	private final Function<Event, EncodedEvent> encoder;

	private final BooleanSupplier closed;

	/**
	 * Describes the history of a stream.
	 * @param history the history; {@code null} if there is none
	 * @param encoder encodes an event, or what tells clients that it cannot be sent
	 * @param closed whether no client can be served any more
	 */
	public Histories(@Nullable EventHistory history, HistoryTurns turns, Function<Event, EncodedEvent> encoder,
			BooleanSupplier closed) {
		this.history = history;
		this.turns = turns;
		this.encoder = encoder;
		this.closed = closed;
	}

	/**
	 * Whether there is a history.
	 */
	boolean isPresent() {
		return this.history != null;
	}

	/**
	 * What may know the events that a client would miss otherwise.
	 * @param request who asks for which events
	 * @param delivery what the connections of the stream share
	 * @param signal called when something has been read
	 * @return the replay; {@code null} if the client needs none or there is no history
	 */
	@Nullable HistoryReplay replay(HistoryRequest request, Delivery delivery, Runnable signal) {
		EventHistory source = this.history;
		if (source == null || !request.isNeeded()) {
			return null;
		}
		HistoryReader reader = new HistoryReader(new HistoryQuery(source, request, delivery.context().supervisor()),
				request, delivery, this.encoder);
		return new HistoryReplay(reader, this.turns, this.closed, signal);
	}

	/**
	 * Lets those clients begin whose turn it is. Any thread; never blocks.
	 */
	public void advance() {
		this.turns.advance();
	}

}
