package io.eventsource.engine;

import java.util.function.LongConsumer;

import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.engine.delivery.Delivery;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.FrameOrigin;
import io.eventsource.engine.log.LogId;
import io.eventsource.engine.log.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of a topic for a connection that watches several: what comes next, and
 * what the client must be told that it does not get. Belongs to one worker, but for its
 * position.
 */
final class TopicReader {

	private final String topic;

	private final Delivery delivery;

	private final boolean seesAll;

	private final LongConsumer skipped;

	/** The position from which on the client is told what it does not get. */
	private long promised;

	private volatile long position;

	private @Nullable GapCause gap;

	private @Nullable Long missed;

	private @Nullable Frame next;

	private boolean ended;

	/**
	 * Creates a reader at the end of the log.
	 * @param client the client as it was let in to the topic
	 * @param skipped counts the events that the client is not given
	 */
	TopicReader(String topic, Delivery delivery, EventClient client, LongConsumer skipped) {
		this.topic = topic;
		this.delivery = delivery;
		this.seesAll = delivery.visibility().showsAll(client);
		this.skipped = skipped;
		this.position = log().tail();
	}

	private EventLog log() {
		return this.delivery.log();
	}

	/**
	 * Gives the client its place in the log. Called once, before anything is read.
	 * @param lastEventId the place of the client, in the family's numbers
	 */
	void begin(@Nullable String lastEventId) {
		long tail = log().tail();
		StartPosition start = this.delivery.placement().start(lastEventId);
		this.position = start.position();
		this.promised = promised(start, tail, lastEventId);
		this.gap = start.gap();
		this.missed = start.missed();
	}

	/**
	 * What a client gets first that has come just now, or was sent nothing, is a bonus.
	 */
	private long promised(StartPosition start, long tail, @Nullable String lastEventId) {
		if (lastEventId == null) {
			return tail;
		}
		LogId id = LogId.isOpening(lastEventId) ? LogId.parse(lastEventId) : null;
		return (id != null) ? Math.max(start.position(), Math.min(tail, log().ids().position(id))) : start.position();
	}

	/**
	 * Whether the log has something for the client already.
	 */
	boolean isBehind() {
		return this.position < log().tail();
	}

	/**
	 * The position of the next event that was not taken. Any thread.
	 */
	long position() {
		return this.position;
	}

	/**
	 * Looks at what has come.
	 * @param lagging whether the client does not keep up
	 * @return whether there is something for the client
	 */
	boolean look(boolean lagging) {
		// What overtakes an event must be shown to the client in its place
		boolean skipping = lagging && this.delivery.conflates() && this.seesAll;
		// Before the tail, so that nothing follows once both are seen
		boolean over = log().hasEnded();
		while (this.next == null && this.position < log().tail()) {
			Frame frame = log().frame(this.position);
			if (frame == null) {
				skip();
			}
			else if (skipping && frame.isOvertaken()) {
				this.position++;
				this.skipped.accept(1);
			}
			else {
				this.next = frame;
			}
		}
		this.ended = over && this.next == null && this.gap == null;
		return this.next != null || this.gap != null;
	}

	/** Goes on with what the log has after events have left it. */
	private void skip() {
		StartPosition start = this.delivery.skipsWhatWasMissed()
				? this.delivery.placement().skip(this.position, this.seesAll) : StartPosition.at(log().head());
		long lost = start.position() - Math.max(this.position, this.promised);
		boolean told = start.gap() != null || !this.delivery.skipsWhatWasMissed();
		if (told && (lost > 0 || this.gap != null)) {
			boolean known = !this.delivery.conflates() && (this.gap == null || this.missed != null);
			this.missed = known ? Long.valueOf(lost + ((this.missed != null) ? this.missed : 0)) : null;
			this.gap = (this.gap != null) ? this.gap : GapCause.OVERFLOW;
			this.skipped.accept(Math.max(0, lost));
		}
		this.position = Math.max(this.position, start.position());
	}

	/**
	 * The number of the event that is next; zero if a gap is.
	 */
	long number() {
		Frame frame = this.next;
		return (frame != null && this.gap == null) ? frame.number() : 0;
	}

	/**
	 * What the client gets next.
	 * @param number the number of the last event that the client was given
	 */
	EncodedEvent peek(long number) {
		Frame frame = this.next;
		if (this.gap != null || frame == null) {
			return gap((this.gap != null) ? this.gap : GapCause.UNKNOWN, this.seesAll ? this.missed : null, number);
		}
		return (frame.gap() != null) ? gap(frame.gap(), null, frame.number())
				: EncodedEvent.of(frame, new FrameOrigin(this.topic, frame.number()));
	}

	private EncodedEvent gap(GapCause cause, @Nullable Long count, long number) {
		byte[] block = FrameEncoder.gap(this.delivery.context().settings().replay().gapEvent(), cause, count,
				this.topic);
		return EncodedEvent.gap(cause, block, new FrameOrigin(this.topic, number));
	}

	/**
	 * Takes note that the client was given what was next.
	 */
	void taken() {
		if (this.gap != null) {
			this.gap = null;
			this.missed = null;
		}
		else {
			this.next = null;
			this.position++;
		}
	}

	/**
	 * Whether the topic has ended, and the client has all of it.
	 */
	boolean hasEnded() {
		return this.ended;
	}

}
