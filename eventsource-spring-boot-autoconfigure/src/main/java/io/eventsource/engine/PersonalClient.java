package io.eventsource.engine;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventSink;
import io.eventsource.engine.delivery.StreamOutcome;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.runtime.EarlyFailures;
import io.eventsource.engine.runtime.PublisherStart;
import io.eventsource.engine.runtime.StreamContext;
import org.jspecify.annotations.Nullable;

/**
 * The one client of a personal stream, as far as the publisher of the stream has to do
 * with it. A stream that clients share has none. Thread-safe.
 */
final class PersonalClient implements StreamOutcome {

	private final StreamContext context;

	private final EarlyFailures earlyFailures;

	/** Where the bytes of the client go. */
	private volatile @Nullable EventSink sink;

	private volatile @Nullable PublisherStart start;

	/** What a client is told last whose publisher has failed at once. */
	private volatile byte[] farewell = new byte[0];

	private volatile boolean failed;

	PersonalClient(StreamContext context, EarlyFailures earlyFailures) {
		this.context = context;
		this.earlyFailures = earlyFailures;
	}

	/**
	 * Takes note of the client, before its publisher is subscribed to.
	 * @param buffering whether the publisher buffers its events, and so does not fail
	 * before its first event: the response need not wait for that
	 */
	void serve(EventClient client, EventSink sink, boolean buffering) {
		String user = (client.principalName() != null) ? client.principalName() : client.remoteAddress();
		PublisherStart first = new PublisherStart(sink, this.context.name() + " " + user, this.earlyFailures,
				this.context.settings(), now());
		this.sink = sink;
		this.start = first;
		if (buffering) {
			first.called();
			first.give();
		}
	}

	private long now() {
		return this.context.clock().getAsLong();
	}

	/**
	 * Runs code of the application that is there for this client alone, if there is one.
	 */
	void runInContext(Runnable task) {
		EventSink client = this.sink;
		if (client != null) {
			client.runInContext(task);
		}
		else {
			task.run();
		}
	}

	/**
	 * Takes note that the publisher was subscribed to, and the call has returned.
	 */
	void publisherCalled() {
		PublisherStart first = this.start;
		if (first != null) {
			first.called();
		}
	}

	/**
	 * Takes note that the publisher has emitted its first event.
	 */
	void publisherEmitted() {
		PublisherStart first = this.start;
		if (first != null) {
			first.emitted();
		}
	}

	/**
	 * Lets the response begin.
	 */
	void publisherStarted() {
		PublisherStart first = this.start;
		if (first != null) {
			first.give();
		}
	}

	/**
	 * Takes note that the publisher has failed.
	 * @return whether the client is answered with the failure itself, before anything
	 * else was sent
	 */
	boolean publisherFailed(Throwable cause) {
		PublisherStart first = this.start;
		return first != null && first.failed(cause);
	}

	/**
	 * Takes note that the publisher has failed before its first event.
	 */
	void failedEarly() {
		PublisherStart first = this.start;
		if (first != null) {
			this.farewell = FrameEncoder.retry(first.returnTime(now()));
		}
	}

	/**
	 * Takes note that the publisher has failed, before the log is ended for that.
	 */
	void failed() {
		this.failed = true;
	}

	@Override
	public CloseReason endReason() {
		return this.failed ? CloseReason.FAILED : CloseReason.COMPLETED;
	}

	@Override
	public byte[] farewell() {
		return this.farewell;
	}

	@Override
	public @Nullable PublisherStart publisherStart() {
		return this.start;
	}

}
