package io.eventsource.web;

import java.util.List;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.i18n.LocaleContext;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.support.RequestContextUtils;

/**
 * Calls the interceptors at the end of an asynchronous request. Spring MVC dispatches
 * such a request once more, so that interceptors are called before and after it for a
 * second time. A stream ends without a dispatch, which would go through all filters, fail
 * on a response that was sent long ago, and write to a client that may not read. This
 * class makes the calls that belong to the dispatch, in the order in which
 * {@code DispatcherServlet} makes them.
 */
final class AsyncDispatch {

	private static final Log logger = LogFactory.getLog(AsyncDispatch.class);

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	private final Object handler;

	private final List<HandlerInterceptor> interceptors;

	/**
	 * Prepares the dispatch of a request.
	 * @param chain the handler of the request, and its interceptors
	 */
	AsyncDispatch(HttpServletRequest request, HttpServletResponse response, HandlerExecutionChain chain) {
		this.request = new DispatchedRequest(request);
		this.response = response;
		this.handler = chain.getHandler();
		this.interceptors = List.copyOf(chain.getInterceptorList());
	}

	/**
	 * Calls the interceptors. Must be called on a thread of the container, after the
	 * response has ended and before the request is reused.
	 * @param handled whether the handler has finished while its client was connected
	 * @param failure the failure that has ended the stream, if interceptors should see it
	 */
	void end(boolean handled, @Nullable Throwable failure) {
		LocaleContext locale = LocaleContextHolder.getLocaleContext();
		RequestAttributes before = RequestContextHolder.getRequestAttributes();
		ServletRequestAttributes attributes = new ServletRequestAttributes(this.request, this.response);
		try {
			LocaleContextHolder.setLocale(RequestContextUtils.getLocale(this.request));
			RequestContextHolder.setRequestAttributes(attributes);
			call(handled, failure);
		}
		finally {
			attributes.requestCompleted();
			LocaleContextHolder.setLocaleContext(locale);
			RequestContextHolder.setRequestAttributes(before);
		}
	}

	private void call(boolean handled, @Nullable Throwable failure) {
		int asked = 0;
		Throwable cause = failure;
		try {
			while (asked < this.interceptors.size()) {
				if (!this.interceptors.get(asked).preHandle(this.request, this.response, this.handler)) {
					complete(asked, null);
					return;
				}
				asked++;
			}
			for (int i = asked - 1; i >= 0 && handled; i--) {
				this.interceptors.get(i).postHandle(this.request, this.response, this.handler, null);
			}
		}
		catch (Throwable ex) {
			logger.warn("An interceptor failed at the end of an event stream", ex);
			cause = ex;
		}
		complete(asked, cause);
	}

	private void complete(int asked, @Nullable Throwable cause) {
		Exception failure = (cause == null || cause instanceof Exception) ? (Exception) cause
				: new ServletException("Handler processing failed: " + cause, cause);
		for (int i = asked - 1; i >= 0; i--) {
			try {
				this.interceptors.get(i).afterCompletion(this.request, this.response, this.handler, failure);
			}
			catch (Throwable ex) {
				logger.error("HandlerInterceptor.afterCompletion threw exception", ex);
			}
		}
	}

	/**
	 * The request as it looks when the container dispatches it again.
	 */
	private static final class DispatchedRequest extends HttpServletRequestWrapper {

		DispatchedRequest(HttpServletRequest request) {
			super(request);
		}

		@Override
		public DispatcherType getDispatcherType() {
			return DispatcherType.ASYNC;
		}

		@Override
		public boolean isAsyncStarted() {
			return false;
		}

	}

}
