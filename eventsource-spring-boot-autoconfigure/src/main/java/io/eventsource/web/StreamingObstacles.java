package io.eventsource.web;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Finds the servlet filters that keep events from the clients, and logs each once with
 * the remedy: otherwise nobody would know why a stream is silent.
 */
final class StreamingObstacles {

	private static final Log logger = LogFactory.getLog(StreamingObstacles.class);

	private static final StackWalker stack = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

	private static final List<String> CONTAINERS = List.of("org.apache.catalina.", "org.apache.tomcat.",
			"org.eclipse.jetty.");

	private final Set<String> told = ConcurrentHashMap.newKeySet();

	/**
	 * Finds obstacles that make a stream impossible.
	 * @return the error for the client, or {@code null} if there is no obstacle
	 */
	@Nullable String find(String stream, HttpServletRequest request, HttpServletResponse response) {
		if (!request.isAsyncSupported()) {
			String filters = passedFilters();
			String message = "Event stream '" + stream + "' cannot be served: one of the servlet filters that the "
					+ "request has passed is registered without support for asynchronous processing: " + filters
					+ ". Register it by FilterRegistrationBean.setAsyncSupported(true) or "
					+ "@WebFilter(asyncSupported = true)";
			if (this.told.add("async " + filters)) {
				logger.error(message);
			}
			return message;
		}
		Class<?> cache = cachingWrapper(response);
		if (cache != null) {
			String filters = passedFilters();
			String message = "Event stream '" + stream + "' cannot be served: its response is wrapped in "
					+ cache.getName() + ", which keeps all events to itself until the stream has ended. Exclude the "
					+ "path " + request.getRequestURI() + " from the servlet filter that does so, one of: " + filters;
			if (this.told.add(cache.getName() + " " + filters)) {
				logger.error(message);
			}
			return message;
		}
		return null;
	}

	/**
	 * Logs a response that was flushed but has not left the server.
	 */
	void heldBack(String stream, HttpServletRequest request, Object response) {
		String filters = passedFilters();
		if (this.told.add("held back " + filters)) {
			logger.warn("Event stream '" + stream + "' does not reach its clients: something holds the response back, "
					+ "probably the wrapper " + response.getClass().getName() + ". Exclude the path "
					+ request.getRequestURI() + " from the servlet filter that does so, one of: " + filters);
		}
	}

	private static @Nullable Class<?> cachingWrapper(ServletResponse response) {
		ServletResponse current = response;
		while (current instanceof ServletResponseWrapper wrapper) {
			// The wrapper of Spring's own filter lets a stream pass
			if (wrapper instanceof ContentCachingResponseWrapper
					&& wrapper.getClass().getEnclosingClass() != ShallowEtagHeaderFilter.class) {
				return wrapper.getClass();
			}
			current = wrapper.getResponse();
		}
		return null;
	}

	/**
	 * Reads the filters of this request from the stack, since the Servlet API has no
	 * method for that. Filters of Spring are named only if there are no others.
	 */
	private static String passedFilters() {
		List<String> filters = stack.walk((frames) -> frames.filter(StreamingObstacles::isFilter)
			.map(StackFrame::getClassName)
			.distinct()
			.filter((name) -> CONTAINERS.stream().noneMatch(name::startsWith))
			.toList());
		Predicate<String> spring = (name) -> name.startsWith("org.springframework.");
		List<String> own = filters.stream().filter(spring.negate()).toList();
		return String.join(", ", own.isEmpty() ? filters : own);
	}

	private static boolean isFilter(StackFrame frame) {
		Class<?>[] parameters = frame.getMethodType().parameterArray();
		int count = parameters.length;
		// A lambda may have captured variables before
		return count >= 3 && FilterChain.class.isAssignableFrom(parameters[count - 1])
				&& ServletResponse.class.isAssignableFrom(parameters[count - 2])
				&& ServletRequest.class.isAssignableFrom(parameters[count - 3]);
	}

}
