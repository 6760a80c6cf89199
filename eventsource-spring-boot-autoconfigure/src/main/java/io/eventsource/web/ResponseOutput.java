package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;

import io.eventsource.CloseReason;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The output of one response: the non-blocking output of the Servlet API, that of HTTP/2
 * on Tomcat, or, if a wrapped response offers neither, a blocking one. No method waits
 * for the client.
 */
final class ResponseOutput implements WriteListener, OutputListener {

	private static final Log logger = LogFactory.getLog(ResponseOutput.class);

	private final HttpServletResponse response;

	private final ServletOutputStream output;

	private final BlockingOutput fallback;

	private final ClientConnection connection;

	private final AsyncResponse async;

	/** Used if writing to the response itself could block. */
	private final @Nullable Http2Output http2;

	/** Whether the fallback is used. */
	private volatile boolean blocking;

	/**
	 * Whether the container has the write listener, and not a wrapper that forgets it.
	 */
	private volatile boolean listened;

	/** Whether the response takes no write listener, like that of a mock. */
	private volatile boolean refused;

	/**
	 * Creates the output.
	 * @param http2Outputs write by way of HTTP/2 on Tomcat
	 * @param fallback sends if the response offers no non-blocking output
	 * @param connection learns when more may be written, and that the client has gone
	 * @param async is completed once everything was written
	 */
	ResponseOutput(HttpServletRequest request, HttpServletResponse response, Http2Outputs http2Outputs,
			BlockingOutput fallback, ClientConnection connection, AsyncResponse async) throws IOException {
		this.response = response;
		this.output = response.getOutputStream();
		this.fallback = fallback;
		this.connection = connection;
		this.async = async;
		this.http2 = Http2Outputs.isNeeded(request) ? new Http2Output(http2Outputs, request, this.output, this) : null;
	}

	/**
	 * Begins to report when more may be written, unless that is still to be
	 * {@linkplain #allow allowed}. Called on the request thread, just after asynchronous
	 * processing has started.
	 */
	void begin(@Nullable AsyncContext context) {
		if (context != null && this.http2 != null) {
			context.addListener(new EndListener(this.http2));
		}
		if (this.async.begin(context)) {
			listen();
		}
	}

	/**
	 * Allows the output to be written to, which had to wait for that.
	 */
	void allow() {
		if (this.async.listen()) {
			listen();
		}
	}

	private void listen() {
		try {
			this.output.setWriteListener(this);
			this.listened = ContainerOutput.isListened(this.output, this.response);
		}
		catch (IllegalStateException | UnsupportedOperationException ex) {
			logger.trace("The response refuses a write listener", ex);
			this.refused = true;
			neverReady();
		}
	}

	/**
	 * Falls back to blocking output: a filter has wrapped the response in one that takes
	 * a write listener and forgets it, or none at all. Does nothing if the container has
	 * the listener and is only late, since a filter is still busy with the request: it
	 * will call, and until then nothing else may write.
	 */
	void neverReady() {
		if (this.listened) {
			return;
		}
		if (!this.async.hasBegun()) {
			// Nobody has returned the emitter, so there will be no response
			this.connection.close(CloseReason.DISCONNECTED);
			return;
		}
		logger.debug(
				"The response offers no non-blocking output; " + this.connection.client() + " gets a sending thread");
		this.blocking = true;
		onWritePossible();
	}

	@Override
	public void onWritePossible() {
		if (this.http2 != null && !this.blocking) {
			this.http2.onWritePossible();
		}
		else {
			writable();
		}
	}

	@Override
	public void writable() {
		this.connection.writable();
	}

	@Override
	public void onError(Throwable cause) {
		if (ContainerOutput.endsFailedResponses(this.response)) {
			this.async.abandon();
		}
		this.connection.failed(cause);
	}

	@Override
	public void completeAsync() {
		this.async.complete();
	}

	boolean isReady() {
		if (this.http2 != null && !this.blocking) {
			return this.http2.isReady();
		}
		return this.blocking ? this.fallback.isReady() : this.output.isReady();
	}

	void write(byte[] bytes, int offset, int length) throws IOException {
		if (this.blocking) {
			this.fallback.write(bytes, offset, length);
		}
		else if (this.http2 != null) {
			this.http2.write(bytes, offset, length);
		}
		else {
			this.output.write(bytes, offset, length);
		}
	}

	void flush() throws IOException {
		if (this.blocking) {
			this.fallback.flush();
		}
		else if (this.http2 != null) {
			this.http2.flush();
		}
		else {
			this.output.flush();
		}
	}

	/**
	 * Has Spring MVC respond with a failure, since nothing else was sent.
	 */
	void fail(Throwable cause) {
		this.fallback.fail(cause);
	}

	/**
	 * Ends the response.
	 * @param patience how long the client may take for the remaining bytes; zero if it
	 * need not get them
	 */
	void complete(Duration patience) {
		if (patience.isZero()) {
			// A container may forget to tell the end of a response that has failed
			this.async.finished();
		}
		boolean ready = this.fallback.isReady();
		if (this.refused && ready) {
			// A mock must not be completed under the thread that handles its request
			this.fallback.complete();
		}
		else if (this.http2 != null && !this.blocking) {
			this.http2.complete(patience);
		}
		else if (this.http2 != null && !ready) {
			this.http2.abort();
		}
		else {
			this.async.complete();
		}
	}

	/**
	 * Hears from the container that a stream of HTTP/2 has failed, whoever has found out.
	 *
	 * @param output the output of the stream
	 */
	private record EndListener(Http2Output output) implements AsyncListener {

		@Override
		public void onError(AsyncEvent event) {
			this.output.gone();
		}

		@Override
		public void onTimeout(AsyncEvent event) {
			this.output.gone();
		}

		@Override
		public void onComplete(AsyncEvent event) {
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
		}

	}

}
