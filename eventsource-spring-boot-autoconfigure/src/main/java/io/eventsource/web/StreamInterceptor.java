package io.eventsource.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Learns from Spring MVC what happens to a stream that a controller has opened: whether
 * the emitter was returned, or the controller has thrown an exception instead, and
 * whether the container has dispatched the request again.
 */
public final class StreamInterceptor implements HandlerInterceptor {

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		StreamExchange exchange = StreamExchange.of(request);
		if (exchange != null && request.getDispatcherType() == DispatcherType.ASYNC) {
			exchange.dispatched();
		}
		return true;
	}

	/**
	 * Called instead of {@code afterConcurrentHandlingStarted} if the emitter was not
	 * returned.
	 */
	@Override
	public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
			@Nullable Exception ex) {
		StreamExchange exchange = StreamExchange.of(request);
		if (exchange != null) {
			exchange.abandoned();
		}
	}

}
