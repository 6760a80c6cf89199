package io.eventsource.web;

import io.eventsource.CloseReason;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.servlet.HandlerExecutionChain;

/**
 * How a stream has ended, as the application's interceptors and the objects of the
 * request's scope learn when the response is complete.
 */
final class ExchangeOutcome {

	private final RequestContext context;

	/** The interceptors' second call; {@code null} if there are none. */
	private final @Nullable AsyncDispatch dispatch;

	/** Whether the container has dispatched the request again. */
	private volatile boolean dispatched;

	private volatile CloseReason reason = CloseReason.DISCONNECTED;

	private volatile @Nullable Throwable failure;

	private ExchangeOutcome(RequestContext context, @Nullable AsyncDispatch dispatch) {
		this.context = context;
		this.dispatch = dispatch;
	}

	/**
	 * Creates the outcome of a request that is being handled.
	 * @param context the context of the request, which ends with the stream
	 */
	static ExchangeOutcome of(HttpServletRequest request, HttpServletResponse response, RequestContext context,
			HandlerChains chains) {
		HandlerExecutionChain chain = chains.find(request);
		return new ExchangeOutcome(context, (chain != null) ? new AsyncDispatch(request, response, chain) : null);
	}

	/**
	 * Records why the connection has ended.
	 */
	void ended(CloseReason reason) {
		this.reason = reason;
	}

	/**
	 * Records the failure that has ended the stream.
	 */
	void failed(Throwable cause) {
		this.failure = cause;
	}

	/**
	 * Records that the container has dispatched the request again, so that Spring MVC
	 * calls all interceptors.
	 */
	void dispatched() {
		this.dispatched = true;
	}

	/**
	 * Whether code of the application is called at the end of the response.
	 */
	boolean isReported() {
		return this.dispatch != null || this.context.isUsed();
	}

	/**
	 * Calls the interceptors, unless the container has dispatched the request again, and
	 * ends what lives in the request. Called on a thread of the container, once the
	 * response has ended.
	 */
	void report() {
		AsyncDispatch last = this.dispatched ? null : this.dispatch;
		if (last != null) {
			this.dispatched = true;
			this.context.run(() -> last.end(isHandled(this.reason), this.failure));
		}
		end();
	}

	/**
	 * Ends what lives in the request.
	 */
	void end() {
		this.context.end();
	}

	private static boolean isHandled(CloseReason reason) {
		return switch (reason) {
			case DISCONNECTED, WRITE_TIMEOUT, FAILED -> false;
			case COMPLETED, OVERFLOW, LIFETIME, EXPIRED, REVOKED, SHUTDOWN -> true;
		};
	}

}
