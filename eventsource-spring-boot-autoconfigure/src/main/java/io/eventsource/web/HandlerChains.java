package io.eventsource.web;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.support.RequestContextUtils;

/**
 * Finds the handler of a request and its interceptors. {@code DispatcherServlet} has
 * found them before, but does not expose them.
 */
final class HandlerChains {

	private static final Log logger = LogFactory.getLog(HandlerChains.class);

	private final Map<ApplicationContext, List<HandlerMapping>> mappings = new ConcurrentHashMap<>();

	/**
	 * Finds the handler of a request that is being handled.
	 * @return the handler with its interceptors; {@code null} if it is unknown or has no
	 * relevant interceptors
	 */
	@Nullable HandlerExecutionChain find(HttpServletRequest request) {
		ApplicationContext context = RequestContextUtils.findWebApplicationContext(request);
		if (context == null) {
			return null;
		}
		try {
			for (HandlerMapping mapping : this.mappings.computeIfAbsent(context, HandlerChains::mappings)) {
				HandlerExecutionChain chain = mapping.getHandler(request);
				if (chain != null) {
					return hasOthers(chain) ? chain : null;
				}
			}
		}
		catch (Exception ex) {
			logger.debug("The handler of a request cannot be found again", ex);
		}
		return null;
	}

	private static boolean hasOthers(HandlerExecutionChain chain) {
		return chain.getInterceptorList().stream().anyMatch((each) -> !(each instanceof StreamInterceptor));
	}

	private static List<HandlerMapping> mappings(ApplicationContext context) {
		return BeanFactoryUtils.beansOfTypeIncludingAncestors(context, HandlerMapping.class, true, false)
			.values()
			.stream()
			.sorted(AnnotationAwareOrderComparator.INSTANCE)
			.toList();
	}

}
