package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;

import io.eventsource.CloseReason;
import io.eventsource.EventSink;

import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Where the engine sends the bytes of one client: the response to a request that Spring
 * MVC handles, behind an {@link SseEmitter}. How the stream has ended is recorded for the
 * {@link StreamExchange}.
 */
final class SseEmitterSink implements EventSink {

	/** How long a client that comes back anyway may take for the remaining bytes. */
	static final Duration LAST_MOMENT = Duration.ofSeconds(1);

	private final ClientConnection connection;

	private final RequestContext context;

	private final ResponseStart start;

	private final ResponseOutput output;

	private final ExchangeOutcome outcome;

	private final Duration writeTimeout;

	SseEmitterSink(ClientConnection connection, RequestContext context, ResponseStart start, ResponseOutput output,
			ExchangeOutcome outcome, Duration writeTimeout) {
		this.connection = connection;
		this.context = context;
		this.start = start;
		this.output = output;
		this.outcome = outcome;
		this.writeTimeout = writeTimeout;
	}

	Duration writeTimeout() {
		return this.writeTimeout;
	}

	@Override
	public boolean isReady() {
		return this.output.isReady();
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		this.output.write(bytes, offset, length);
	}

	@Override
	public void flush() throws IOException {
		this.output.flush();
	}

	@Override
	public void neverReady() {
		this.output.neverReady();
	}

	@Override
	public boolean keepsPositions() {
		return this.start.isForEventSource();
	}

	@Override
	public void runInContext(Runnable task) {
		this.context.run(task);
	}

	@Override
	public boolean awaitsPublisher() {
		return this.start.awaitsPublisher();
	}

	@Override
	public void publisherCalled() {
		this.start.called();
	}

	@Override
	public void publisherStarted() {
		if (this.start.awaitsPublisher() && this.start.begin()) {
			this.output.allow();
		}
	}

	@Override
	public boolean publisherFailed(Throwable cause) {
		this.outcome.failed(cause);
		if (!this.start.fail(cause)) {
			return false;
		}
		if (!this.start.isForEventSource()) {
			this.output.fail(cause);
		}
		return true;
	}

	@Override
	public void complete() {
		complete(CloseReason.COMPLETED);
	}

	@Override
	public void complete(CloseReason reason) {
		this.outcome.ended(reason);
		try {
			// Spring MVC responds with a failure, and ends the response
			if (!this.start.hasFailed()) {
				this.output.complete(patience(reason, this.writeTimeout));
			}
		}
		finally {
			this.connection.release();
		}
	}

	/**
	 * How long a client may take for what is left.
	 */
	static Duration patience(CloseReason reason, Duration writeTimeout) {
		return switch (reason) {
			case COMPLETED, FAILED -> writeTimeout;
			case LIFETIME, EXPIRED, REVOKED, SHUTDOWN -> LAST_MOMENT;
			case DISCONNECTED, OVERFLOW, WRITE_TIMEOUT -> Duration.ZERO;
		};
	}

}
