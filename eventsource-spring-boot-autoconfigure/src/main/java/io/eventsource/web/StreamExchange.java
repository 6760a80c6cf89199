package io.eventsource.web;

import java.io.IOException;
import java.util.concurrent.Executor;

import io.eventsource.CloseReason;
import io.eventsource.ConnectionSettings;
import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import io.eventsource.engine.ConnectionAttempt;
import io.eventsource.engine.StreamFamily;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * A request that is answered by an event stream, as Spring MVC handles it: from the
 * return of the emitter to the end of the response.
 */
final class StreamExchange implements DeferredResultProcessingInterceptor {

	/** Request attribute that holds the exchange. */
	private static final String ATTRIBUTE = StreamExchange.class.getName();

	private final HttpServletRequest request;

	private final StreamEmitter emitter = new StreamEmitter(this::begin);

	private final ClientConnection connection;

	private final ResponseHead head;

	private final ResponseStart start;

	private final ExchangeOutcome outcome;

	private final AsyncResponse async;

	private final ResponseOutput output;

	private final HandOver handOver;

	/** Whether the emitter was returned, so that there is a response. */
	private volatile boolean returned;

	/**
	 * Creates an exchange, of whose response nothing is sent yet.
	 * @param contextual whether code of the application runs for this client later on
	 */
	StreamExchange(StreamFamily stream, EventClient client, HttpServletRequest request, HttpServletResponse response,
			Environment environment, boolean contextual) throws IOException {
		ConnectionSettings settings = stream.settings().connection();
		this.request = request;
		this.connection = new ClientConnection(client);
		this.head = new ResponseHead(request, response, client, settings, environment.obstacles());
		this.start = new ResponseStart(StreamHeaders.isForEventSource(request), stream.isPersonal(),
				!settings.responseDelay().isZero());
		RequestContext context = RequestContext.capture(request, response);
		this.outcome = ExchangeOutcome.of(request, response, context, environment.chains());
		this.async = new AsyncResponse(client, this.outcome, environment.open(), !this.start.awaitsPublisher());
		this.output = new ResponseOutput(request, response, environment.http2Outputs(),
				new BlockingOutput(this.emitter, environment.sender(), response, this.connection), this.connection,
				this.async);
		SseEmitterSink ordinary = new SseEmitterSink(this.connection, context, this.start, this.output, this.outcome,
				settings.writeTimeout());
		this.handOver = new HandOver(request, response, ordinary,
				new SocketSink(this.connection, ordinary, environment.connections(), contextual ? context : null));
	}

	/**
	 * Connects the client to the stream, before it can see that the stream is open: what
	 * is published from then on is for it.
	 * @return the reason why the client is refused, or {@code null} if it is connected
	 */
	@Nullable RefusalReason connect(ConnectionAttempt attempt) {
		return this.connection.connect(attempt, this.handOver.sink());
	}

	/**
	 * Returns the emitter for the handler to return, before which nothing of the response
	 * is sent.
	 */
	SseEmitter open() {
		this.request.setAttribute(ATTRIBUTE, this);
		this.emitter.onCompletion(this::disconnected);
		WebAsyncUtils.getAsyncManager(this.request).registerDeferredResultInterceptor(ATTRIBUTE, this);
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
			StreamExchange.<RuntimeException>raise(failure);
		}
		this.returned = true;
		try {
			// Adds the headers of a ResponseEntity, in some versions of Spring
			message.getBody();
			this.head.set();
			if (this.start.hasBegun()) {
				sendHead();
			}
			else {
				this.handOver.late();
			}
		}
		catch (IOException ex) {
			// Which DisconnectedClientResolver handles, before anybody else is asked
			this.connection.failed(ex);
			StreamExchange.<RuntimeException>raise(ex);
		}
	}

	private void sendHead() throws IOException {
		boolean direct = this.handOver.isPossible();
		if (direct) {
			this.head.closeConnection();
		}
		this.head.send(this.connection.openingId());
		if (direct) {
			this.handOver.take();
		}
	}

	@SuppressWarnings("unchecked")
	private static <E extends Throwable> void raise(Throwable failure) throws E {
		throw (E) failure;
	}

	/**
	 * Called by Spring MVC on the request thread, just after asynchronous processing has
	 * started.
	 */
	@Override
	public <T> void preProcess(NativeWebRequest request, DeferredResult<T> result) {
		if (this.handOver.isTaken()) {
			return;
		}
		OpenInView.release();
		HttpServletRequest servletRequest = request.getNativeRequest(HttpServletRequest.class);
		this.output.begin((servletRequest != null) ? servletRequest.getAsyncContext() : null);
	}

	/**
	 * Called by Spring MVC when the container times the request out, which has no timeout
	 * of its own: Tomcat does so once a second with all requests of a web application
	 * that it stops, and answers with an error unless the request has ended when this
	 * method returns.
	 */
	@Override
	public <T> boolean handleTimeout(NativeWebRequest request, DeferredResult<T> result) {
		this.connection.sendAway();
		if (!this.async.awaitCompletion(SseEmitterSink.LAST_MOMENT)) {
			this.connection.close(CloseReason.SHUTDOWN);
			this.async.complete();
		}
		return false;
	}

	/**
	 * Called by Spring MVC on a thread of the container, once the response has ended.
	 */
	@Override
	public <T> void afterCompletion(NativeWebRequest request, DeferredResult<T> result) {
		this.async.finished();
		this.outcome.report();
	}

	/**
	 * Takes note that the container has dispatched the request again, and Spring MVC
	 * calls all interceptors, on the thread that does so.
	 */
	void dispatched() {
		this.outcome.dispatched();
		if (this.start.hasFailed()) {
			this.head.takeBack();
		}
	}

	/**
	 * Gives the place of the client back if the handler has not returned the emitter. A
	 * stream that has taken the socket goes on.
	 */
	void abandoned() {
		if (this.handOver.isTaken()) {
			return;
		}
		if (!this.returned) {
			disconnected();
		}
		this.outcome.end();
	}

	private void disconnected() {
		this.connection.close(CloseReason.DISCONNECTED);
	}

	/**
	 * Whether a failure happened in an exchange whose stream has begun, so that nothing
	 * else can be answered any more.
	 */
	static boolean isStreaming(HttpServletRequest request) {
		StreamExchange exchange = of(request);
		return exchange != null && exchange.returned && exchange.start.hasBegun();
	}

	/**
	 * The exchange of a request, if a stream was opened for it.
	 */
	static @Nullable StreamExchange of(HttpServletRequest request) {
		return (StreamExchange) request.getAttribute(ATTRIBUTE);
	}

	/**
	 * What the exchanges of an endpoint share.
	 *
	 * @param sender runs what may block until a client reads
	 * @param http2Outputs writes if the response itself could block
	 * @param connections those that the container has handed over
	 * @param open those responses that the container has not finished
	 * @param obstacles finds what keeps events from the clients
	 * @param chains finds the interceptors of a request
	 */
	record Environment(Executor sender, Http2Outputs http2Outputs, DirectConnections connections, OpenResponses open,
			StreamingObstacles obstacles, HandlerChains chains) {

		Environment(Executor sender, Http2Outputs http2Outputs, DirectConnections connections, OpenResponses open) {
			this(sender, http2Outputs, connections, open, new StreamingObstacles(), new HandlerChains());
		}

	}

}
