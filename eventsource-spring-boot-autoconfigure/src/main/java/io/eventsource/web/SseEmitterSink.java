package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import io.eventsource.StreamSettings;
import io.eventsource.engine.ConnectionAttempt;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.StreamFamily;
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
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.servlet.HandlerExecutionChain;
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

	private final StreamEmitter emitter = new StreamEmitter(this::begin);

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	private final Duration retry;

	private final StreamingObstacles obstacles;

	private final @Nullable AsyncDispatch dispatch;

	private final ServletOutputStream output;

	private final Executor sender;

	/** Whether the answer is one to an {@code EventSource}, or to a client like it. */
	private final boolean keepsPositions;

	private final ResponseStart start;

	private final RequestContext context;

	private final Duration writeTimeout;

	/** Where writing to the response itself could block. */
	private final @Nullable Http2Output http2;

	private @Nullable AsyncContext async;

	private boolean completed;

	/** Whether the emitter was returned, so that there is a response. */
	private volatile boolean returned;

	/** Whether the write listener may be set, or was. */
	private boolean started;

	/** Whether the container has dispatched the request again. */
	private volatile boolean dispatched;

	private volatile CloseReason reason = CloseReason.DISCONNECTED;

	private volatile @Nullable Throwable failure;

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

	private SseEmitterSink(EventClient client, HttpServletRequest request, HttpServletResponse response,
			StreamFamily stream, Environment environment) throws IOException {
		StreamSettings settings = stream.settings();
		this.client = client;
		this.request = request;
		this.response = response;
		this.retry = settings.connection().retry();
		this.obstacles = environment.obstacles();
		this.output = response.getOutputStream();
		this.sender = environment.sender();
		this.keepsPositions = StreamHeaders.isForEventSource(request);
		this.start = new ResponseStart(this.keepsPositions, stream.isPersonal(),
				!settings.connection().responseDelay().isZero());
		this.started = !this.start.awaitsPublisher();
		this.context = RequestContext.capture(request, response);
		this.writeTimeout = settings.connection().writeTimeout();
		this.http2 = Http2Outputs.isNeeded(request)
				? new Http2Output(environment.http2Outputs(), request, this.output, this) : null;
		HandlerExecutionChain chain = environment.chains().find(request);
		this.dispatch = (chain != null) ? new AsyncDispatch(request, response, chain) : null;
	}

	/**
	 * Prepares the response, of which nothing is sent yet.
	 * @return the sink, to be connected and opened, or {@code null} where the response is
	 * complete
	 */
	static @Nullable SseEmitterSink prepare(StreamFamily stream, EventClient client, HttpServletRequest request,
			HttpServletResponse response, Environment environment) throws IOException {
		if (stream.isOver(client.lastEventId())) {
			// Not for others, who have not got all of it
			RefusalResponse.send(HttpServletResponse.SC_NO_CONTENT, response);
			return null;
		}
		String obstacle = environment.obstacles().find(stream.name(), request, response);
		if (obstacle != null) {
			response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR, obstacle);
			return null;
		}
		if ("HEAD".equals(request.getMethod())) {
			StreamHeaders.set(response);
			return null;
		}
		ShallowEtagHeaderFilter.disableContentCaching(request);
		return new SseEmitterSink(client, request, response, stream, environment);
	}

	/**
	 * Connects the client to the stream, before it can see that the stream is open: what
	 * is published from then on is for it.
	 * @return why the client cannot be let in, or {@code null} if it was
	 */
	@Nullable RefusalReason connect(ConnectionAttempt attempt) {
		RefusalReason refusal = attempt.enter(this.client);
		if (refusal != null) {
			return refusal;
		}
		this.onEnd = attempt::leave;
		try {
			this.connection = attempt.connect(this.client, this);
		}
		catch (IllegalStateException ex) {
			logger.debug("Stream '" + this.client.stream() + "' was closed while a client came", ex);
			return RefusalReason.SHUTDOWN;
		}
		if (attempt.isRevoked(this.client)) {
			// The client gets the headers, the preamble and the end
			close(CloseReason.REVOKED);
		}
		return null;
	}

	/**
	 * Makes the emitter to return from the handler, of whose response nothing is sent
	 * before that.
	 */
	SseEmitter open() {
		this.request.setAttribute(MARKER, this);
		this.emitter.onCompletion(this::disconnected);
		WebAsyncUtils.getAsyncManager(this.request).registerDeferredResultInterceptor(MARKER, this);
		return this.emitter;
	}

	/**
	 * Begins the response: the headers and the preamble go out at once, before any other
	 * thread can write, unless they are to wait for the publisher. Called by Spring MVC
	 * on the request thread, once the handler has returned the emitter.
	 */
	private void begin(ServerHttpResponse message) {
		Throwable failure = this.start.awaitsPublisher() ? null : this.start.beginAfterCall();
		if (failure != null) {
			SseEmitterSink.<RuntimeException>raise(failure);
		}
		this.returned = true;
		try {
			// Adds the headers of a ResponseEntity, in some versions of Spring
			message.getBody();
			StreamHeaders.set(this.response);
			if (this.start.hasBegun()) {
				sendPreamble();
			}
		}
		catch (IOException ex) {
			// Which DisconnectedClientResolver handles, before anybody else is asked
			onError(ex);
			SseEmitterSink.<RuntimeException>raise(ex);
		}
	}

	private void sendPreamble() throws IOException {
		EventConnection opened = this.connection;
		if (this.keepsPositions) {
			this.output.write(EventStream.preamble(this.retry));
			this.output.write(EventStream.position((opened != null) ? opened.openingId() : null));
		}
		StreamHeaders.confirmType(this.response);
		this.output.flush();
		if (!this.response.isCommitted()) {
			this.obstacles.heldBack(this.client.stream(), this.request, this.response);
		}
	}

	@SuppressWarnings("unchecked")
	private static <E extends Throwable> void raise(Throwable failure) throws E {
		throw (E) failure;
	}

	/**
	 * Takes note that the container has dispatched the request again, and Spring MVC
	 * calls all interceptors, on the thread that does so.
	 */
	void dispatched() {
		this.dispatched = true;
		if (this.start.hasFailed() && !this.response.isCommitted()) {
			StreamHeaders.remove(this.response);
		}
	}

	/**
	 * Gives the place of the client back if the handler has not returned the emitter.
	 */
	void abandoned() {
		if (!this.returned) {
			disconnected();
		}
		this.context.end();
	}

	/**
	 * Whether a failure happened in the exchange of an event stream that was begun, where
	 * nothing can be answered any more.
	 */
	static boolean isStreaming(HttpServletRequest request) {
		SseEmitterSink sink = of(request);
		return sink != null && sink.returned && sink.start.hasBegun();
	}

	/**
	 * The sink of a request, if a stream was opened for it.
	 */
	static @Nullable SseEmitterSink of(HttpServletRequest request) {
		return (SseEmitterSink) request.getAttribute(MARKER);
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
			if (!this.started) {
				return;
			}
		}
		listen();
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
	 * Called by Spring MVC when the container times the request out, which has no timeout
	 * of its own: Tomcat does so once a second with all requests of a web application
	 * that it stops, and answers with an error unless the request has ended when this
	 * method returns.
	 */
	@Override
	public <T> boolean handleTimeout(NativeWebRequest request, DeferredResult<T> result) {
		EventConnection current = this.connection;
		if (current != null) {
			current.sendAway();
		}
		if (!awaitCompletion()) {
			close(CloseReason.SHUTDOWN);
			completeAsync();
		}
		return false;
	}

	private synchronized boolean awaitCompletion() {
		long end = System.nanoTime() + LAST_MOMENT.toNanos();
		long left = LAST_MOMENT.toMillis();
		try {
			while (!this.completed && left > 0) {
				wait(left);
				left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return this.completed;
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

	/**
	 * Called by Spring MVC on a thread of the container, once the response has ended.
	 */
	@Override
	public <T> void afterCompletion(NativeWebRequest request, DeferredResult<T> result) {
		AsyncDispatch dispatch = this.dispatched ? null : this.dispatch;
		if (dispatch != null) {
			this.dispatched = true;
			this.context.run(() -> dispatch.end(isHandled(this.reason), this.failure));
		}
		this.context.end();
	}

	private static boolean isHandled(CloseReason reason) {
		return switch (reason) {
			case DISCONNECTED, WRITE_TIMEOUT, FAILED -> false;
			case COMPLETED, OVERFLOW, LIFETIME, EXPIRED, REVOKED, SHUTDOWN -> true;
		};
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
		synchronized (this) {
			if (this.started || !this.start.begin()) {
				return;
			}
			this.started = true;
			if (this.async == null || this.completed) {
				return;
			}
		}
		listen();
	}

	@Override
	public boolean publisherFailed(Throwable cause) {
		this.failure = cause;
		if (!this.start.fail(cause)) {
			return false;
		}
		if (!this.keepsPositions) {
			this.emitter.completeWithError(cause);
		}
		return true;
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
		this.reason = reason;
		try {
			if (this.start.hasFailed()) {
				// Spring MVC answers, and ends the response
				return;
			}
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
			release();
		}
	}

	/**
	 * Ends the count of this connection, once no thread of the application's waits for
	 * it.
	 */
	private void release() {
		EventConnection current = this.connection;
		if (current != null) {
			current.whenReleased(this.onEnd);
		}
		else {
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
		notifyAll();
		AsyncContext context = this.async;
		if (context == null) {
			return;
		}
		if ((this.dispatch != null || this.context.isUsed()) && ContainerOutput.isCompletedByCaller(context)) {
			// Interceptors may block, as nothing may that is called by a worker
			try {
				context.start(() -> complete(context));
				return;
			}
			catch (RuntimeException | OutOfMemoryError ex) {
				logger.debug("The container has no thread to end a response on", ex);
			}
		}
		complete(context);
	}

	private void complete(AsyncContext context) {
		try {
			context.complete();
		}
		catch (IllegalStateException ex) {
			logger.trace("The response of " + this.client + " had ended", ex);
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

	/**
	 * What the streams of an endpoint share.
	 *
	 * @param sender runs what may block until a client reads
	 * @param http2Outputs writes where the response itself could block
	 * @param obstacles finds what keeps events from the clients
	 * @param chains finds the interceptors of a request
	 */
	record Environment(Executor sender, Http2Outputs http2Outputs, StreamingObstacles obstacles, HandlerChains chains) {

		Environment(Executor sender, Http2Outputs http2Outputs) {
			this(sender, http2Outputs, new StreamingObstacles(), new HandlerChains());
		}

	}

}
