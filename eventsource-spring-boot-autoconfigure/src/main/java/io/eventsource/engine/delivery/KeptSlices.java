package io.eventsource.engine.delivery;

import io.eventsource.EventConnection;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.log.Stragglers;
import org.jspecify.annotations.Nullable;

/**
 * What the stream counts as kept by one client until it can take more.
 */
final class KeptSlices {

	private final Stragglers stragglers;

	private final EventConnection connection;

	private @Nullable Slice current;

	private @Nullable Slice reserved;

	KeptSlices(Stragglers stragglers, EventConnection connection) {
		this.stragglers = stragglers;
		this.connection = connection;
	}

	/**
	 * Whether these are counted already.
	 */
	boolean are(@Nullable Slice current, @Nullable Slice reserved) {
		return current == this.current && reserved == this.reserved;
	}

	/**
	 * Counts these in place of what was counted before.
	 */
	void count(@Nullable Slice current, @Nullable Slice reserved) {
		this.current = this.stragglers.exchange(this.connection, this.current, current);
		this.reserved = this.stragglers.exchange(this.connection, this.reserved, reserved);
	}

}
