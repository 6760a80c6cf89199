package io.eventsource.web;

import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Ends the handling of an exception that comes with the end of an event stream, before
 * the exception handlers of the application try to answer on a response that was sent
 * long ago. It is no error that the client has gone; anything else is logged. Exceptions
 * that a controller throws before it has returned its stream are not handled here.
 */
public final class DisconnectedClientResolver implements HandlerExceptionResolver, Ordered {

	private static final Log logger = LogFactory.getLog(DisconnectedClientResolver.class);

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		if (!StreamExchange.isStreaming(request)) {
			return null;
		}
		// Some containers dispatch the request again when the client has gone
		if (request.getDispatcherType() == DispatcherType.ASYNC || ex instanceof IOException
				|| DisconnectedClientHelper.isClientDisconnectedException(ex)) {
			logger.debug("The client of an event stream has gone", ex);
		}
		else {
			logger.error("A request failed after its response, an event stream, had begun, so there can be no other "
					+ "response", ex);
		}
		return new ModelAndView();
	}

}
