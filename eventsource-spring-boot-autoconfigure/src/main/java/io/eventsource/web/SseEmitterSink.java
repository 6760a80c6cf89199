package io.eventsource.web;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import jakarta.servlet.AsyncContext;
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
 * response.
 * <p>
 * Once the output is non-blocking, the emitter must neither send nor complete: it would
 * block a thread of the container and break the framing of the response. The response is
 * ended by {@link AsyncContext#complete()}, which dispatches nothing.
 */
final class SseEmitterSink implements EventSink, WriteListener, DeferredResultProcessingInterceptor {

	private static final Log logger = LogFactory.getLog(SseEmitterSink.class);

	/** Request attribute that marks the exchange as an event stream. */
	private static final String MARKER = SseEmitterSink.class.getName();

	private static final AtomicLong ids = new AtomicLong();

	private final EventClient client;

	private final SseEmitter emitter;

	private final ServletOutputStream output;

	private final Executor sender;

	private @Nullable AsyncContext async;

	private boolean completed;

	private volatile @Nullable EventConnection connection;

	private volatile boolean blocking;

	/** Whether the response takes no write listener, like that of a mock. */
	private volatile boolean refused;

	/** What goes out with the next send of the emitter; only where output is blocking. */
	private @Nullable Set<DataWithMediaType> pending;

	private volatile boolean sending;

	private SseEmitterSink(EventClient client, SseEmitter emitter, ServletOutputStream output, Executor sender) {
		this.client = client;
		this.emitter = emitter;
		this.output = output;
		this.sender = sender;
	}

	/**
	 * Opens the response: the headers and the preamble go out at once, before any other
	 * thread can write.
	 * @return the emitter to return from the handler, or {@code null} where there is
	 * nothing to stream
	 */
	static @Nullable SseEmitter open(ServedStream stream, HttpServletRequest request, HttpServletResponse response,
			Executor sender) throws IOException {
		String lastEventId = LastEventId.of(request);
		if (stream.isOver(lastEventId)) {
			response.setStatus(HttpServletResponse.SC_NO_CONTENT);
			return null;
		}
		prepare(response);
		if ("HEAD".equals(request.getMethod())) {
			return null;
		}
		if (!request.isAsyncSupported()) {
			throw new IllegalStateException("An event stream needs a request that supports asynchronous processing; "
					+ "register every servlet filter before it with asyncSupported = true");
		}
		ShallowEtagHeaderFilter.disableContentCaching(request);
		SseEmitter emitter = new SseEmitter(0L);
		SseEmitterSink sink = new SseEmitterSink(client(stream.name(), request, lastEventId), emitter,
				response.getOutputStream(), sender);
		// First its place in the stream: what is published once it sees the preamble is
		// for it
		try {
			sink.connection = stream.connect(sink.client, sink);
		}
		catch (IllegalStateException ex) {
			logger.debug("Stream '" + stream.name() + "' was closed while a client came", ex);
			turnAway(stream.preamble(), response);
			return null;
		}
		sink.sendPreamble(stream.preamble());
		request.setAttribute(MARKER, Boolean.TRUE);
		emitter.onCompletion(sink::disconnected);
		WebAsyncUtils.getAsyncManager(request).registerDeferredResultInterceptor(MARKER, sink);
		return emitter;
	}

	private void sendPreamble(byte[] preamble) throws IOException {
		try {
			this.output.write(preamble);
			this.output.flush();
		}
		catch (IOException | RuntimeException ex) {
			disconnected();
			throw ex;
		}
	}

	/**
	 * Answers with the reconnection time and the end, so that the client comes back.
	 */
	static void turnAway(byte[] preamble, HttpServletResponse response) throws IOException {
		prepare(response);
		OutputStream output = response.getOutputStream();
		output.write(preamble);
		output.flush();
	}

	/**
	 * Whether a failure happened in the exchange of an event stream that was begun, where
	 * nothing can be answered any more.
	 */
	static boolean isStreaming(HttpServletRequest request) {
		return request.getAttribute(MARKER) != null;
	}

	private static void prepare(HttpServletResponse response) {
		response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
		response.setHeader("Cache-Control", "no-cache, no-store, no-transform");
		response.setHeader("X-Accel-Buffering", "no");
	}

	private static EventClient client(String stream, HttpServletRequest request, @Nullable String lastEventId) {
		String principal = (request.getUserPrincipal() != null) ? request.getUserPrincipal().getName() : null;
		return new EventClient(Long.toString(ids.incrementAndGet(), 36), stream, principal, request.getRemoteAddr(),
				lastEventId, Instant.now());
	}

	/**
	 * Called by Spring MVC on the request thread, just after asynchronous processing has
	 * started.
	 */
	@Override
	public <T> void preProcess(NativeWebRequest request, DeferredResult<T> result) {
		HttpServletRequest servletRequest = request.getNativeRequest(HttpServletRequest.class);
		synchronized (this) {
			this.async = (servletRequest != null) ? servletRequest.getAsyncContext() : null;
			if (this.completed) {
				completeAsync();
				return;
			}
		}
		try {
			this.output.setWriteListener(this);
		}
		catch (IllegalStateException | UnsupportedOperationException ex) {
			logger.trace("The response refuses a write listener", ex);
			this.refused = true;
			neverReady();
		}
	}

	/**
	 * Falls back to the emitter: a filter has wrapped the response in one that takes a
	 * write listener and forgets it, or none at all.
	 */
	@Override
	public void neverReady() {
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
		EventConnection current = this.connection;
		if (current != null) {
			current.close(CloseReason.DISCONNECTED);
		}
	}

	@Override
	public boolean isReady() {
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
		else {
			this.output.write(bytes, offset, length);
		}
	}

	@Override
	public void flush() throws IOException {
		if (!this.blocking) {
			this.output.flush();
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
		catch (RejectedExecutionException ex) {
			throw new IOException("No thread to send on", ex);
		}
	}

	private void send(Set<DataWithMediaType> batch) {
		try {
			this.emitter.send(batch);
			this.sending = false;
			onWritePossible();
		}
		catch (IOException | RuntimeException ex) {
			onError(ex);
		}
	}

	private synchronized boolean hasStarted() {
		return this.async != null;
	}

	@Override
	public void complete() {
		if (this.refused && !this.sending) {
			// A mock is not to be completed under the thread that still handles its
			// request
			this.emitter.complete();
		}
		else {
			completeAsync();
		}
	}

	private synchronized void completeAsync() {
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

}
