package io.eventsource.engine;

import java.time.Duration;

import io.eventsource.EventConnection;
import io.eventsource.StreamSettings;
import io.eventsource.engine.delivery.Departure;
import io.eventsource.engine.log.FrameEncoder;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code EventSource} is told so that it comes back when and where it should: the
 * reconnection time, and the id of its position in the stream.
 */
public final class Reconnection {

	private Reconnection() {
	}

	/**
	 * Returns what is sent to an {@code EventSource} before anything else: a line without
	 * an empty one behind it, which many readers would take for an event. It becomes a
	 * part of the first block.
	 * @param retry the reconnection time that it is told
	 * @return the bytes
	 */
	public static byte[] preamble(Duration retry) {
		return FrameEncoder.retry(retry);
	}

	/**
	 * Returns what tells a client its place before it is sent an event.
	 * @param id the id of the place, which is {@link EventConnection#openingId()};
	 * {@code null} for none
	 * @param heartbeat the type of the heartbeat as which a page sees it; empty if
	 * heartbeats are comments
	 * @return the bytes, which follow the preamble; none without an id
	 */
	public static byte[] position(@Nullable String id, String heartbeat) {
		return (id != null) ? FrameEncoder.checkpoint(id, heartbeat) : new byte[0];
	}

	/**
	 * Returns the time after which a client is to come back that cannot be served now:
	 * between the reconnection time and twice that, at random, so that not all come back
	 * at once.
	 * @param settings the settings of the stream
	 * @return the time, in whole milliseconds
	 */
	public static Duration returnTime(StreamSettings settings) {
		return Departure.returnTime(settings);
	}

}
