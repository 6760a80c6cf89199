package io.eventsource.engine.delivery;

import io.eventsource.EventClient;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.log.EventLog;
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
	 * Whether the publisher waits for each client until its write timeout.
	 */
	boolean waitsForEverybody() {
		return this.context.personal() || settings().buffer().overflow() == OverflowStrategy.BACKPRESSURE;
	}

	/**
	 * Whether a client that has fallen out of the log goes on with what the log has.
	 */
	boolean skipsWhatWasMissed() {
		return settings().buffer().overflow() == OverflowStrategy.SKIP || conflates();
	}

	/**
	 * Whether a client that lags is only given the newest event of each key.
	 */
	boolean conflates() {
		return settings().buffer().overflow() == OverflowStrategy.CONFLATE;
	}

}
