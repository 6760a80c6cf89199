package io.eventsource.engine.source;

import io.eventsource.engine.log.EncodedEvent;

/**
 * Whom a subscription tells what happens, and who does nothing about it.
 */
class NoSignals implements PublisherSubscription.Listener {

	@Override
	public void runInContext(Runnable task) {
		task.run();
	}

	@Override
	public EncodedEvent translate(Object element, boolean called) {
		throw new IllegalStateException("Not used");
	}

	@Override
	public void subscribed(PublisherSubscription subscription) {
		// Asks for nothing
	}

	@Override
	public void append(PublisherSubscription subscription, EncodedEvent encoded, long reserved) {
		// Goes nowhere
	}

	@Override
	public void received(PublisherSubscription subscription, boolean first) {
		// Asks for nothing
	}

	@Override
	public void failed(PublisherSubscription subscription, Throwable cause) {
		// Does not subscribe again
	}

	@Override
	public void completed(PublisherSubscription subscription) {
		// Ends nothing
	}

	@Override
	public void cancelFailed(Throwable cause) {
		throw new IllegalStateException(cause);
	}

}
