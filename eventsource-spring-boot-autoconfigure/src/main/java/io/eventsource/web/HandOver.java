package io.eventsource.web;

import java.lang.reflect.Method;

import io.eventsource.EventSink;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;
import org.springframework.web.context.request.async.StandardServletAsyncWebRequest;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Decides whether the response to one request goes past the container's HTTP processor,
 * and makes Spring MVC leave the request then. The container must offer its socket, and
 * nothing may stand between the response and the socket that has to see the bytes. Used
 * on the thread of the request.
 */
final class HandOver {

	/** Whose wrappers, as far as they have an output of their own, pass on all bytes. */
	private static final String TRANSPARENT = "org.springframework.";

	private static final ClassValue<Boolean> transparent = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> wrapper) {
			Method output = ReflectionUtils.findMethod(wrapper, "getOutputStream");
			Class<?> owner = (output != null) ? output.getDeclaringClass() : wrapper;
			return owner == ServletResponseWrapper.class
					|| (owner.getName().startsWith(TRANSPARENT) && owner != ContentCachingResponseWrapper.class);
		}

	};

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	private final EventSink sink;

	private final @Nullable SocketOffer offer;

	private final SocketSink direct;

	private boolean taken;

	/**
	 * Chooses the way of a response.
	 * @param ordinary where its bytes go in the ordinary way
	 * @param direct where they go if the socket may be taken
	 */
	HandOver(HttpServletRequest request, HttpServletResponse response, SseEmitterSink ordinary, SocketSink direct) {
		this.request = request;
		this.response = response;
		this.offer = (request.getAttribute(StreamRequests.SOCKET_ATTRIBUTE) instanceof SocketOffer offered) ? offered
				: null;
		this.direct = direct;
		this.sink = (this.offer != null) ? direct : ordinary;
	}

	/**
	 * Where the engine sends the bytes.
	 */
	EventSink sink() {
		return this.sink;
	}

	/**
	 * Whether the socket was taken.
	 */
	boolean isTaken() {
		return this.taken;
	}

	/**
	 * Tells whether the head of the response may be sent as the socket needs it.
	 */
	boolean isPossible() {
		if (this.offer == null) {
			return false;
		}
		Class<?> wrapper = opaqueWrapper(this.response);
		String obstacle = (wrapper != null) ? "the response is wrapped in " + wrapper.getName() : this.offer.obstacle();
		if (obstacle != null) {
			this.direct.refused(obstacle);
		}
		return obstacle == null;
	}

	/**
	 * Takes note that the head of the response is not sent at once.
	 */
	void late() {
		if (this.offer != null) {
			this.direct.refused("the response waits for its publisher");
		}
	}

	private static @Nullable Class<?> opaqueWrapper(ServletResponse response) {
		ServletResponse current = response;
		while (current instanceof ServletResponseWrapper wrapper) {
			if (!transparent.get(wrapper.getClass())) {
				return wrapper.getClass();
			}
			current = wrapper.getResponse();
		}
		return null;
	}

	/**
	 * Takes the socket, if it still may, after the head was sent as it needs it: the
	 * request ends when its handler returns.
	 */
	void take() {
		if (this.offer != null && isPossible() && this.direct.take(this.offer)) {
			this.taken = true;
			WebAsyncManager manager = WebAsyncUtils.getAsyncManager(this.request);
			manager.setAsyncWebRequest(new HandedOverRequest(this.request, this.response, manager));
		}
	}

	/**
	 * A request that Spring MVC has handled when it would begin to process it
	 * asynchronously.
	 */
	private static final class HandedOverRequest extends StandardServletAsyncWebRequest {

		private final WebAsyncManager manager;

		HandedOverRequest(HttpServletRequest request, HttpServletResponse response, WebAsyncManager manager) {
			super(request, response);
			this.manager = manager;
		}

		@Override
		public void startAsync() {
			Object[] context = this.manager.getConcurrentResultContext();
			if (context != null && context.length > 0 && context[0] instanceof ModelAndViewContainer handled) {
				handled.setRequestHandled(true);
			}
		}

	}

}
