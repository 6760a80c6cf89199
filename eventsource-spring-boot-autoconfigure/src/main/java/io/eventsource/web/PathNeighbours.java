package io.eventsource.web;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpEntity;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.AbstractDetectingUrlHandlerMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.servlet.mvc.condition.MediaTypeExpression;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/**
 * Finds the handlers that are mapped to exactly the paths of streams. A handler that is
 * mapped to a pattern is less specific and comes second, as it does among controllers.
 */
final class PathNeighbours {

	private static final Log logger = LogFactory.getLog(PathNeighbours.class);

	private final Set<String> paths;

	private final Map<String, PathNeighbour> found = new LinkedHashMap<>();

	/** Whether the current mapping comes before that of the streams. */
	private boolean first;

	private PathNeighbours(Set<String> paths) {
		this.paths = paths;
	}

	/**
	 * Finds the neighbours of streams.
	 * @param context the application
	 * @param paths the paths of the streams
	 * @return the neighbours by path
	 */
	static Map<String, PathNeighbour> find(ApplicationContext context, Set<String> paths) {
		PathNeighbours neighbours = new PathNeighbours(paths);
		BeanFactoryUtils.beansOfTypeIncludingAncestors(context, HandlerMapping.class, true, false)
			.values()
			.forEach(neighbours::add);
		return new HashMap<>(neighbours.found);
	}

	/**
	 * Logs the paths that two handlers share.
	 */
	static void report(Map<String, PathNeighbour> neighbours, Map<String, String> streams) {
		neighbours.forEach((path, neighbour) -> {
			String start = "The path '" + path + "' of the event stream '" + streams.get(path) + "' is that of "
					+ neighbour.description() + " too, which ";
			if (neighbour.exclusive()) {
				logger.warn(start + "also answers requests for events, so the stream is not served there. Set "
						+ "another path for the stream, or an empty one if only controllers open it");
			}
			else {
				logger
					.info(start + "answers all requests but those that name text/event-stream in their Accept header");
			}
		});
	}

	private void add(HandlerMapping mapping) {
		if (mapping instanceof EventSourceHandlerMapping) {
			return;
		}
		this.first = mapping instanceof Ordered ordered && ordered.getOrder() < EventSourceHandlerMapping.FIRST;
		if (mapping instanceof RequestMappingInfoHandlerMapping controllers) {
			controllers.getHandlerMethods().forEach(this::add);
		}
		else if (mapping instanceof AbstractUrlHandlerMapping urls) {
			urls.getHandlerMap().forEach(this::add);
			// The welcome page is not one of these
			if (urls instanceof SimpleUrlHandlerMapping || urls instanceof AbstractDetectingUrlHandlerMapping) {
				add("/", urls.getRootHandler());
			}
		}
		else if (mapping instanceof RouterFunctionMapping functions && functions.getRouterFunction() != null) {
			functions.getRouterFunction()
				.accept(new RoutePaths((path, events) -> add(path, "a functional route", events)));
		}
	}

	private void add(RequestMappingInfo info, HandlerMethod method) {
		Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
		if (methods.isEmpty() || methods.contains(RequestMethod.GET)) {
			info.getDirectPaths().forEach((path) -> add(path, method.getShortLogMessage(), yieldsEvents(info, method)));
		}
	}

	private void add(String path, @Nullable Object handler) {
		if (handler != null && !(handler instanceof ResourceHttpRequestHandler)) {
			add(path, "a handler of the type " + handler.getClass().getSimpleName(), false);
		}
	}

	private void add(String path, String description, boolean events) {
		PathNeighbour other = this.found.get(path);
		boolean exclusive = events || this.first;
		if (this.paths.contains(path) && (other == null || (exclusive && !other.exclusive()))) {
			this.found.put(path, new PathNeighbour(description, exclusive));
		}
	}

	private static boolean yieldsEvents(RequestMappingInfo info, HandlerMethod method) {
		Set<MediaTypeExpression> produced = info.getProducesCondition().getExpressions();
		if (!produced.isEmpty()) {
			return produced.stream()
				.anyMatch((expression) -> expression.isNegated() != expression.getMediaType()
					.isCompatibleWith(MediaType.TEXT_EVENT_STREAM));
		}
		return streams(ResolvableType.forMethodParameter(method.getReturnType()));
	}

	/** Return types that Spring MVC sends as events if the client accepts them. */
	private static boolean streams(ResolvableType type) {
		Class<?> raw = type.resolve(Object.class);
		if (ResponseBodyEmitter.class.isAssignableFrom(raw) || StreamingResponseBody.class.isAssignableFrom(raw)) {
			return true;
		}
		if (HttpEntity.class.isAssignableFrom(raw)) {
			return streams(type.as(HttpEntity.class).getGeneric(0));
		}
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(raw);
		if (adapter == null || adapter.isNoValue()) {
			return false;
		}
		return adapter.isMultiValue() || streams(type.as(adapter.getReactiveType()).getGeneric(0));
	}

}
