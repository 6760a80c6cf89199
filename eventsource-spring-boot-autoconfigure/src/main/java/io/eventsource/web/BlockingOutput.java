package io.eventsource.web;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter.DataWithMediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The output of a response that offers no non-blocking output: the emitter sends, on a
 * thread that may wait for the client.
 */
final class BlockingOutput {

	private final SseEmitter emitter;

	private final Executor sender;

	private final HttpServletResponse response;

	private final ClientConnection connection;

	/** What goes out with the next send of the emitter. */
	private @Nullable Set<DataWithMediaType> pending;

	private volatile boolean sending;

	BlockingOutput(SseEmitter emitter, Executor sender, HttpServletResponse response, ClientConnection connection) {
		this.emitter = emitter;
		this.sender = sender;
		this.response = response;
		this.connection = connection;
	}

	boolean isReady() {
		return !this.sending;
	}

	void write(byte[] bytes, int offset, int length) {
		if (this.pending == null) {
			this.pending = new LinkedHashSet<>();
		}
		this.pending.add(
				new DataWithMediaType(Arrays.copyOfRange(bytes, offset, offset + length), MediaType.TEXT_EVENT_STREAM));
	}

	void flush() throws IOException {
		Set<DataWithMediaType> batch = this.pending;
		if (batch == null) {
			if (this.response.isCommitted()) {
				return;
			}
			batch = Set.of(new DataWithMediaType(new byte[0], MediaType.TEXT_EVENT_STREAM));
		}
		Set<DataWithMediaType> sent = batch;
		this.pending = null;
		this.sending = true;
		try {
			this.sender.execute(() -> send(sent));
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			throw new IOException("No thread to send on", ex);
		}
	}

	private void send(Set<DataWithMediaType> batch) {
		try {
			this.emitter.send(batch);
			this.sending = false;
			this.connection.writable();
		}
		catch (Throwable ex) {
			this.connection.failed(ex);
		}
	}

	/**
	 * Has Spring MVC respond with a failure.
	 */
	void fail(Throwable cause) {
		this.emitter.completeWithError(cause);
	}

	/**
	 * Ends the response by way of Spring MVC.
	 */
	void complete() {
		this.emitter.complete();
	}

}
