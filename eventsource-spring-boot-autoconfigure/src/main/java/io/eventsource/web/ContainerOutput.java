package io.eventsource.web;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The differences between containers, determined from the container's own output behind
 * the wrappers that filters put around a response. Distinguishes a wrapper that passes on
 * the write listener from one that drops it.
 */
final class ContainerOutput {

	private static final Log logger = LogFactory.getLog(ContainerOutput.class);

	private ContainerOutput() {
	}

	/**
	 * Whether the container has a write listener that was just given to an output, and
	 * has not been called yet.
	 * @param output the output, the container's or a wrapper's
	 * @param response the response that it is from
	 */
	static boolean isListened(ServletOutputStream output, @Nullable ServletResponse response) {
		ServletResponse innermost = innermost(response);
		if (innermost == null) {
			return false;
		}
		try {
			ServletOutputStream own = innermost.getOutputStream();
			return own == output || hasListener(own);
		}
		catch (IOException | IllegalStateException ex) {
			logger.debug("The output of the container is not accessible", ex);
			return false;
		}
	}

	private static @Nullable ServletResponse innermost(@Nullable ServletResponse response) {
		ServletResponse innermost = response;
		while (innermost instanceof ServletResponseWrapper wrapper) {
			innermost = wrapper.getResponse();
		}
		return innermost;
	}

	/**
	 * Whether the container ends a response by itself whose output has failed. Tomcat
	 * does, and then uses its objects for another request, whose response would be ended
	 * by a call that comes late.
	 */
	static boolean endsFailedResponses(ServletResponse response) {
		ServletResponse own = innermost(response);
		return own != null && own.getClass().getName().startsWith("org.apache.catalina.");
	}

	/**
	 * The Servlet API has no method for this. Tomcat is not ready before it has called
	 * its listener, but always ready without one. Jetty is ready either way, and has a
	 * method of its own.
	 */
	private static boolean hasListener(ServletOutputStream own) {
		if (!own.isReady()) {
			return true;
		}
		try {
			return Boolean.TRUE.equals(own.getClass().getMethod("isAsync").invoke(own));
		}
		catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException ex) {
			return false;
		}
	}

	/**
	 * Whether a response is completed on the thread that requests it. Tomcat uses a
	 * thread of its own, Jetty does not.
	 */
	static boolean isCompletedByCaller(AsyncContext context) {
		return context.getClass().getName().startsWith("org.eclipse.jetty.");
	}

}
