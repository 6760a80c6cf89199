package io.eventsource.engine;

import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.source.SourceListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Decides what follows for a stream from what its publisher does: what the only client of
 * a personal stream is told, and when the stream ends.
 */
final class PublisherEvents implements SourceListener {

	private static final Log logger = LogFactory.getLog(EventStream.class);

	private final StreamContext context;

	private final PersonalClient client;

	private final Runnable end;

	private final Runnable disconnect;

	/**
	 * Creates the listener of a stream.
	 * @param client the client that the publisher belongs to, if it belongs to one
	 * @param end ends the stream; clients get what is left
	 * @param disconnect ends all connections at once
	 */
	PublisherEvents(StreamContext context, PersonalClient client, Runnable end, Runnable disconnect) {
		this.context = context;
		this.client = client;
		this.end = end;
		this.disconnect = disconnect;
	}

	@Override
	public void runInContext(Runnable task) {
		this.client.runInContext(task);
	}

	@Override
	public void called() {
		this.client.publisherCalled();
	}

	@Override
	public void emitted() {
		this.client.publisherEmitted();
	}

	@Override
	public void completed() {
		this.client.publisherStarted();
		this.end.run();
	}

	@Override
	public void failed(Throwable cause, boolean early, Runnable report) {
		if (this.client.publisherFailed(cause)) {
			logger.debug("The publisher of stream '" + this.context.name() + "' failed, as its client is told", cause);
			ended(cause);
			this.disconnect.run();
			return;
		}
		report.run();
		if (early) {
			this.client.failedEarly();
		}
		ended(cause);
	}

	private void ended(Throwable cause) {
		this.context.supervisor().tell((listener) -> listener.publisherFailed(this.context.name(), cause));
		if (this.context.personal()) {
			// Before the end of the log, so that whoever sees the end knows the reason
			this.client.failed();
			this.end.run();
		}
	}

}
