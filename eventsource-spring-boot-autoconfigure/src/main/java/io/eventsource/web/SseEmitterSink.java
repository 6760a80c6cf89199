package io.eventsource.web;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.EventStream;
import io.eventsource.RefusalReason;
import io.eventsource.web.ConnectionLimits.Rejection;
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

import org.springframework.http.MediaType;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter.DataWithMediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Writes to one client, behind an {@link SseEmitter}: by Servlet non-blocking output, so
 * that no thread ever waits for a client, or, where a wrapped response does not offer
 * that, by the emitter on a thread of its own. The only class that touches the servlet
 * response, but for {@link StreamHeaders}.
 * <p>
 * Once the output is non-blocking, the emitter must neither send nor complete: it would
 * block a thread of the container and break the framing of the response. The response is
 * ended by {@link AsyncContext#complete()}, which dispatches nothing.
 */
final class SseEmitterSink implements EventSink, WriteListener, DeferredResultProcessingInterceptor, Http2Output.Owner {

	private static final Log logger = LogFactory.getLog(SseEmitterSink.class);

	/** Request attribute that marks the exchange as an event stream. */
	private static final String MARKER = SseEmitterSink.class.getName();

	/** How long a client may take for what is left, where it comes back anyway. */
	static final Duration LAST_MOMENT = Duration.ofSeconds(1);

	private final EventClient client;

	private final SseEmitter emitter = new SseEmitter(0L);

	private final ServletOutputStream output;

	private final Executor sender;

	/** Whether the answer is one to an {@code EventSource}, or to a client like it. */
	private final boolean keepsPositions;

	private final Duration writeTimeout;

	/** Where writing to the response itself could block. */
	private final @Nullable Http2Output http2;

	private @Nullable AsyncContext async;

	private boolean completed;

	private Runnable onEnd = () -> {
	};

	private volatile @Nullable EventConnection connection;

	private volatile boolean blocking;

	/**
	 * Whether the container has the write listener, and not a wrapper that forgets it.
	 */
	private volatile boolean listened;

	/** Whether the response takes no write listener, like that of a mock. */
	private volatile boolean refused;

	/** What goes out with the next send of the emitter; only where output is blocking. */
	private @Nullable Set<DataWithMediaType> pending;

	private volatile boolean sending;

	private SseEmitterSink(EventClient client, HttpServletRequest request, ServletOutputStream output, Executor sender,
			Http2Outputs http2Outputs, Duration writeTimeout) {
		this.client = client;
		this.output = output;
		this.sender = sender;
		this.keepsPositions = StreamHeaders.isForEventSource(request);
		this.writeTimeout = writeTimeout;
		this.http2 = Http2Outputs.isNeeded(request) ? new Http2Output(http2Outputs, request, output, this) : null;
	}

	/**
	 * Prepares the response, of which nothing is sent yet.
	 * @return the sink, to be connected and opened, or {@code null} where the response is
	 * complete
	 */
	static @Nullable SseEmitterSink prepare(ServedStream stream, EventClient client, HttpServletRequest request,
			HttpServletResponse response, Executor sender, Http2Outputs http2Outputs, StreamingObstacles obstacles)
			throws IOException {
		if (stream.isOver(client.lastEventId())) {
			// Not for others, who have not got all of it
			response.setHeader("Cache-Control", "no-store");
			response.setStatus(HttpServletResponse.SC_NO_CONTENT);
			return null;
		}
		String obstacle = obstacles.find(stream.name(), request, response);
		if (obstacle != null) {
			response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR, obstacle);
			return null;
		}
		StreamHeaders.set(response);
		if ("HEAD".equals(request.getMethod())) {
			return null;
		}
		ShallowEtagHeaderFilter.disableContentCaching(request);
		return new SseEmitterSink(client, request, response.getOutputStream(), sender, http2Outputs,
				stream.settings().writeTimeout());
	}

	EventClient client() {
		return this.client;
	}

	/**
	 * Gives the client its place in the stream, before it can see that the stream is
	 * open: what is published from then on is for it.
	 * @param onEnd called once when the connection has ended
	 * @return why the client cannot be let in, or {@code null} if it was
	 */
	@Nullable RefusalReason connect(ServedStream stream, Runnable onEnd) {
		this.onEnd = onEnd;
		try {
			this.connection = stream.connect(this.client, this);
			return null;
		}
		catch (IllegalStateException ex) {
			logger.debug("Stream '" + stream.name() + "' was closed while a client came", ex);
			onEnd.run();
			return RefusalReason.SHUTDOWN;
		}
	}

	/**
	 * Ends the connection before it was opened, so that the client gets the headers, the
	 * preamble and the end.
	 */
	void revoke() {
		close(CloseReason.REVOKED);
	}

	/**
	 * Opens the response: the headers and, for an {@code EventSource}, the preamble go
	 * out at once, before any other thread can write.
	 * @return the emitter to return from the handler
	 */
	SseEmitter open(HttpServletRequest request, HttpServletResponse response, Duration retry,
			StreamingObstacles obstacles) throws IOException {
		try {
			EventConnection opened = this.connection;
			if (this.keepsPositions) {
				this.output.write(EventStream.preamble(retry));
				this.output.write(EventStream.position((opened != null) ? opened.openingId() : null));
			}
			StreamHeaders.confirmType(response);
			this.output.flush();
			if (!response.isCommitted()) {
				obstacles.heldBack(this.client.stream(), request, response);
			}
		}
		catch (Throwable ex) {
			disconnected();
			throw ex;
		}
		request.setAttribute(MARKER, Boolean.TRUE);
		this.emitter.onCompletion(this::disconnected);
		WebAsyncUtils.getAsyncManager(request).registerDeferredResultInterceptor(MARKER, this);
		return this.emitter;
	}

	/**
	 * Refuses a client for good.
	 */
	static void refuse(int status, HttpServletResponse response) {
		response.setHeader("Cache-Control", "no-store");
		response.setStatus(status);
	}

	/**
	 * Refuses a client that may come back after a time. To a request that is none of an
	 * {@code EventSource}'s, 200 would be the answer that was asked for.
	 */
	static void refuse(Duration returnTime, Rejection rejection, HttpServletRequest request,
			HttpServletResponse response) throws IOException {
		if (rejection == Rejection.STATUS || !StreamHeaders.isForEventSource(request)) {
			response.setHeader("Retry-After", Long.toString(Math.max(1, returnTime.plusMillis(999).toSeconds())));
			refuse(HttpServletResponse.SC_SERVICE_UNAVAILABLE, response);
			return;
		}
		StreamHeaders.set(response);
		OutputStream output = response.getOutputStream();
		StreamHeaders.confirmType(response);
		output.write(EventStream.preamble(returnTime));
		output.flush();
	}

	/**
	 * Whether a failure happened in the exchange of an event stream that was begun, where
	 * nothing can be answered any more.
	 */
	static boolean isStreaming(HttpServletRequest request) {
		return request.getAttribute(MARKER) != null;
	}

	/**
	 * Called by Spring MVC on the request thread, just after asynchronous processing has
	 * started.
	 */
	@Override
	public <T> void preProcess(NativeWebRequest request, DeferredResult<T> result) {
		OpenInView.release();
		HttpServletRequest servletRequest = request.getNativeRequest(HttpServletRequest.class);
		synchronized (this) {
			this.async = (servletRequest != null) ? servletRequest.getAsyncContext() : null;
			if (this.async != null && this.http2 != null) {
				this.async.addListener(new EndListener(this.http2));
			}
			if (this.completed) {
				completeAsync();
				return;
			}
		}
		try {
			this.output.setWriteListener(this);
			this.listened = ContainerOutput.isListened(this.output,
					request.getNativeResponse(HttpServletResponse.class));
		}
		catch (IllegalStateException | UnsupportedOperationException ex) {
			logger.trace("The response refuses a write listener", ex);
			this.refused = true;
			neverReady();
		}
	}

	/**
	 * Falls back to the emitter: a filter has wrapped the response in one that takes a
	 * write listener and forgets it, or none at all. Does nothing if the container has
	 * the listener and is only late, since a filter is still busy with the request: it
	 * will call, and until then nothing else may write.
	 */
	@Override
	public void neverReady() {
		if (this.listened) {
			return;
		}
		if (!hasStarted()) {
			// Nobody has returned the emitter, so there will be no response
			disconnected();
			return;
		}
		logger.debug("The response offers no non-blocking output; " + this.client + " gets a sending thread");
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
		EventConnection current = this.connection;
		if (current != null) {
			current.writable();
		}
	}

	@Override
	public void onError(Throwable cause) {
		// The only notice that Jetty gives
		logger.trace(this.client + " is gone", cause);
		disconnected();
	}

	private void disconnected() {
		close(CloseReason.DISCONNECTED);
	}

	private void close(CloseReason reason) {
		EventConnection current = this.connection;
		if (current != null) {
			current.close(reason);
		}
	}

	@Override
	public boolean keepsPositions() {
		return this.keepsPositions;
	}

	@Override
	public boolean isReady() {
		if (this.http2 != null && !this.blocking) {
			return this.http2.isReady();
		}
		return this.blocking ? !this.sending : this.output.isReady();
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		if (this.blocking) {
			if (this.pending == null) {
				this.pending = new LinkedHashSet<>();
			}
			this.pending.add(new DataWithMediaType(Arrays.copyOfRange(bytes, offset, offset + length),
					MediaType.TEXT_EVENT_STREAM));
		}
		else if (this.http2 != null) {
			this.http2.write(bytes, offset, length);
		}
		else {
			this.output.write(bytes, offset, length);
		}
	}

	@Override
	public void flush() throws IOException {
		if (!this.blocking) {
			if (this.http2 != null) {
				this.http2.flush();
			}
			else {
				this.output.flush();
			}
			return;
		}
		Set<DataWithMediaType> batch = this.pending;
		if (batch == null) {
			return;
		}
		this.pending = null;
		this.sending = true;
		try {
			this.sender.execute(() -> send(batch));
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			throw new IOException("No thread to send on", ex);
		}
	}

	private void send(Set<DataWithMediaType> batch) {
		try {
			this.emitter.send(batch);
			this.sending = false;
			onWritePossible();
		}
		catch (Throwable ex) {
			onError(ex);
		}
	}

	private synchronized boolean hasStarted() {
		return this.async != null;
	}

	@Override
	public void complete() {
		complete(CloseReason.COMPLETED);
	}

	@Override
	public void complete(CloseReason reason) {
		try {
			if (this.refused && !this.sending) {
				// A mock must not be completed under the thread that handles its request
				this.emitter.complete();
			}
			else if (this.http2 != null && !this.blocking) {
				this.http2.complete(patience(reason));
			}
			else if (this.http2 != null && this.sending) {
				this.http2.abort();
			}
			else {
				completeAsync();
			}
		}
		finally {
			this.onEnd.run();
		}
	}

	private Duration patience(CloseReason reason) {
		return switch (reason) {
			case COMPLETED, FAILED -> this.writeTimeout;
			case LIFETIME, EXPIRED, REVOKED, SHUTDOWN -> LAST_MOMENT;
			case DISCONNECTED, OVERFLOW, WRITE_TIMEOUT -> Duration.ZERO;
		};
	}

	@Override
	public synchronized void completeAsync() {
		this.completed = true;
		AsyncContext context = this.async;
		if (context != null) {
			try {
				context.complete();
			}
			catch (IllegalStateException ex) {
				logger.trace("The response of " + this.client + " had ended", ex);
			}
		}
	}

	/**
	 * Hears from the container that a stream has failed, whoever has found out.
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
