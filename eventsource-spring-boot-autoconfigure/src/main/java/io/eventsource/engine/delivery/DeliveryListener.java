package io.eventsource.engine.delivery;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.engine.log.Frame;

/**
 * Hears from the workers how the delivery of one stream goes on. All methods are called
 * on workers and must not block.
 */
public interface DeliveryListener {

	/**
	 * An event, and what followed it, has been sent to the clients of one worker that
	 * could take it.
	 */
	void flushed(Frame first);

	/**
	 * The positions of clients have changed.
	 */
	void progressed();

	/**
	 * A connection has ended.
	 */
	void closed(EventClient client, CloseReason reason);

}
