package io.eventsource.engine.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.eventsource.BufferSettings;
import io.eventsource.Callee;
import io.eventsource.Event;
import io.eventsource.GapCause;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.runtime.StreamContext;

/**
 * Appends to the log what the current subscription emits, and ignores any other.
 */
final class LogWriter {

	private final StreamContext context;

	private final CurrentSubscription current;

	private final EventTranslator translator;

	private final SourceLog log;

	private final Demand demand;

	/** Whether events were lost here, so that clients are to be told. */
	private volatile boolean gapOwed;

	LogWriter(StreamContext context, CurrentSubscription current, EventTranslator translator, SourceLog log,
			Demand demand) {
		this.context = context;
		this.current = current;
		this.translator = translator;
		this.log = log;
		this.demand = demand;
	}

	/**
	 * Puts a gap before the next event.
	 */
	void oweGap() {
		this.gapOwed = true;
	}

	/**
	 * Whether a gap must still be announced to clients.
	 */
	boolean owesGap() {
		return this.gapOwed;
	}

	/**
	 * Appends an event. If that fails, as for want of memory, a gap is put before the
	 * next event.
	 * @param reserved the number of bytes that were reserved for the event
	 */
	void append(PublisherSubscription from, EncodedEvent encoded, long reserved) {
		try {
			add(from, encoded, reserved);
		}
		catch (Throwable ex) {
			this.gapOwed = true;
			this.context.supervisor()
				.failed(Callee.ENGINE,
						() -> "Stream '" + this.context.name() + "' leaves out an event, which clients are told", ex);
		}
	}

	private void add(PublisherSubscription from, EncodedEvent encoded, long reserved) {
		long left = reserved;
		try {
			EncodedEvent gap = this.gapOwed ? this.translator.gap(GapCause.UNKNOWN) : null;
			synchronized (this.current) {
				if (!this.current.is(from)) {
					return;
				}
				if (gap != null) {
					this.log.appendGap(gap);
				}
				this.gapOwed = false;
				this.demand.taken(encoded);
				left = 0;
				this.log.append(encoded, reserved);
			}
		}
		finally {
			if (left > 0) {
				this.log.release(left);
			}
		}
		this.log.flush();
	}

	/**
	 * Adds events that were published before to a log that has nothing yet.
	 * @param late whether clients may have missed some of them
	 */
	void preload(PublisherSubscription from, List<Event> events, boolean late) {
		List<EncodedEvent> encoded = newest(events);
		synchronized (this.current) {
			if (this.current.is(from)) {
				this.log.prepend(encoded, late);
			}
		}
		if (late && this.log.hasClients()) {
			add(from, this.translator.gap(GapCause.UNKNOWN), 0);
		}
	}

	/** Encodes no more events than the log will keep. */
	private List<EncodedEvent> newest(List<Event> events) {
		BufferSettings settings = this.context.settings().buffer();
		Deque<EncodedEvent> newest = new ArrayDeque<>();
		long bytes = 0;
		for (int i = events.size() - 1; i >= 0 && newest.size() < settings.size(); i--) {
			EncodedEvent encoded = this.translator.translate(events.get(i));
			bytes += encoded.weight();
			if (bytes > settings.memory()) {
				break;
			}
			newest.addFirst(encoded);
		}
		return new ArrayList<>(newest);
	}

}
