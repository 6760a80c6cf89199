package io.eventsource.engine.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.StreamSettings;
import org.jspecify.annotations.Nullable;

/**
 * When and why one connection is to end although its stream goes on. All but
 * {@link #sendAway()} belongs to the worker of the connection.
 */
public final class Departure {

	/** Longer than the clock can count. */
	private static final Duration DISTANT = Duration.ofDays(36_500);

	/** When the connection is to end; zero for never. */
	private long time;

	private CloseReason reason = CloseReason.LIFETIME;

	/** Whether the client gets nothing more but what it was begun with. */
	private boolean leaving;

	private volatile boolean sentAway;

	/**
	 * Plans the end of a connection.
	 * @param settings the settings of the stream, with the longest life of a connection
	 * @param left for how long the client is let in; {@code null} for any time
	 * @param now the time
	 */
	Departure(StreamSettings settings, @Nullable Duration left, long now) {
		long lifetime = settings.connection().maxLifetime().toNanos();
		if (lifetime > 0) {
			at(CloseReason.LIFETIME, now + lifetime - ThreadLocalRandom.current().nextLong(lifetime / 5 + 1));
		}
		if (left != null && left.compareTo(DISTANT) < 0) {
			long end = now + (left.isNegative() ? 0 : left.toNanos());
			if (this.time == 0 || end - this.time < 0) {
				at(CloseReason.EXPIRED, end);
			}
		}
	}

	/**
	 * For how long a client is let in, from now on: who lets clients in may have taken
	 * its time.
	 * @return the time; {@code null} for any time
	 */
	static @Nullable Duration left(EventClient client) {
		return (client.expires() != null) ? Duration.between(Instant.now(), client.expires()) : null;
	}

	/**
	 * The time after which a client is to come back that cannot be served now: between
	 * the reconnection time and twice that, at random, so that not all come back at once.
	 */
	public static Duration returnTime(StreamSettings settings) {
		long retry = settings.connection().retry().toMillis();
		return Duration.ofMillis(retry + ThreadLocalRandom.current().nextLong(Math.max(retry, 1000) + 1));
	}

	/**
	 * Plans the end of the connection for another time.
	 */
	void at(CloseReason reason, long time) {
		this.reason = reason;
		this.time = time;
	}

	/**
	 * Ends the connection as a shutdown does, as soon as its worker looks. Any thread.
	 */
	void sendAway() {
		this.sentAway = true;
	}

	/**
	 * Begins the departure once its time has come.
	 * @return whether it has come just now
	 */
	boolean beginIfDue(long now) {
		if (this.sentAway) {
			at(CloseReason.SHUTDOWN, now);
		}
		boolean due = this.sentAway || (this.time != 0 && now - this.time >= 0);
		if (!due || this.leaving) {
			return false;
		}
		this.leaving = true;
		return true;
	}

	/**
	 * The time of the departure, if that is planned for an earlier time than another.
	 * @param other the other time; {@link Long#MAX_VALUE} for never
	 */
	long earlier(long other) {
		boolean earlier = this.time != 0 && (other == Long.MAX_VALUE || this.time - other < 0);
		return earlier ? this.time : other;
	}

	/**
	 * Whether the client gets nothing more but what it was begun with.
	 */
	boolean isLeaving() {
		return this.leaving;
	}

	CloseReason reason() {
		return this.reason;
	}

}
