package io.eventsource.engine.delivery;

import java.util.List;

import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.runtime.StreamContext;
import org.jspecify.annotations.Nullable;

/**
 * What all connections of one stream share. It never changes.
 *
 * @param context what they share with the rest of the stream
 * @param log the events
 * @param placement where clients start
 * @param visibility which clients may see which events
 * @param histories where events come from that have left the log
 * @param outcome what clients are told at the end of the stream
 */
public record Delivery(StreamContext context, EventLog log, Placement placement, Visibility visibility,
		Histories histories, StreamOutcome outcome) {

	StreamSettings settings() {
		return this.context.settings();
	}

	/**
	 * By which id a client knows its place until it is sent an event; {@code null} if it
	 * has one, or cannot resume.
	 */
	@Nullable String openingId(EventClient client, Beginning beginning) {
		boolean replaying = settings().replay().initial() > 0;
		boolean lasting = this.histories.isPresent() && this.visibility.disclosesIds()
				&& (!replaying || this.visibility.showsAll(client));
		return this.placement.openingId(client, beginning.start(), beginning.live(), lasting);
	}

	/**
	 * Tells the listener that a client has been sent gaps, of which nobody knows how many
	 * events they are.
	 */
	void missed(EventClient client, List<Frame> gaps) {
		for (Frame frame : gaps) {
			GapCause gap = frame.gap();
			if (gap != null) {
				this.context.missed(this.visibility.client(client, frame), gap, null);
			}
		}
	}

	/**
	 * The type of the event that a client gets as a heartbeat; empty for a comment. A
	 * response that is not an event source's has the publisher's events alone.
	 */
	String heartbeatEvent(Recipient recipient) {
		return recipient.keepsPositions() ? settings().connection().heartbeat().event() : "";
	}

	/**
	 * Whether the publisher waits for each client until its write timeout.
	 */
	public boolean waitsForEverybody() {
		return this.context.personal() || settings().buffer().overflow() == OverflowStrategy.BACKPRESSURE;
	}

	/**
	 * Whether a client that has fallen out of the log goes on with what the log has.
	 */
	public boolean skipsWhatWasMissed() {
		return settings().buffer().overflow() == OverflowStrategy.SKIP || conflates();
	}

	/**
	 * Whether a client that lags is only given the newest event of each key.
	 */
	public boolean conflates() {
		return settings().buffer().overflow() == OverflowStrategy.CONFLATE;
	}

}
