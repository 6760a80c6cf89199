package io.eventsource.engine.delivery;

import io.eventsource.CloseReason;
import io.eventsource.engine.runtime.PublisherStart;
import org.jspecify.annotations.Nullable;

/**
 * How a stream has turned out, for what its clients are told last.
 */
public interface StreamOutcome {

	/**
	 * Why clients of a log that has ended are sent away once they have everything.
	 */
	CloseReason endReason();

	/**
	 * What a client is told last if it got no event; empty for nothing.
	 */
	byte[] farewell();

	/**
	 * The first sign of the publisher, for which the response waits; {@code null} if
	 * clients share the publisher.
	 */
	@Nullable PublisherStart publisherStart();

}
