package io.eventsource.web;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.http.MediaType;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.resource.ResourceUrlProvider;

/**
 * Maps requests to the paths of the streams. There are two such mappings. The first
 * precedes the application's controllers, takes the requests for a stream and leaves the
 * others to a handler that may share the path. The second follows them and answers the
 * remaining requests as usual: 405, 406, and {@code OPTIONS}.
 */
public final class EventSourceHandlerMapping extends RequestMappingInfoHandlerMapping
		implements SmartInitializingSingleton {

	/**
	 * The order of the first of the two mappings: before those of functional routes and
	 * controllers.
	 */
	public static final int FIRST = -2;

	private static final Method HANDLER = handlerMethod();

	private final EventSourceEndpoint endpoint;

	private final boolean last;

	private boolean adopted;

	private volatile @Nullable Map<String, PathNeighbour> neighbours;

	/**
	 * Creates a mapping for the streams of an endpoint.
	 * @param endpoint the endpoint
	 * @param last whether no other mapping follows
	 */
	public EventSourceHandlerMapping(EventSourceEndpoint endpoint, boolean last) {
		this.endpoint = endpoint;
		this.last = last;
	}

	/**
	 * Copies the interceptors and the CORS rules of another mapping. Must be called
	 * before this mapping is initialized.
	 * @param mvc the mapping that Spring MVC has created for the application's
	 * controllers
	 */
	public void adopt(AbstractHandlerMapping mvc) {
		this.adopted = true;
		HandlerInterceptor[] interceptors = mvc.getAdaptedInterceptors();
		if (interceptors != null) {
			setInterceptors((Object[]) interceptors);
		}
		CorsConfigurationSource cors = mvc.getCorsConfigurationSource();
		if (cors != null) {
			setCorsConfigurationSource(cors);
		}
	}

	/** Interceptors that are beans are already among those of the other mapping. */
	@Override
	protected void detectMappedInterceptors(List<HandlerInterceptor> mappedInterceptors) {
		if (!this.adopted) {
			super.detectMappedInterceptors(mappedInterceptors);
		}
	}

	private static Method handlerMethod() {
		Method method = ReflectionUtils.findMethod(Handler.class, "handle", HttpServletRequest.class,
				HttpServletResponse.class);
		Assert.state(method != null, "There is no handler method");
		return method;
	}

	@Override
	protected void initHandlerMethods() {
		RequestMappingInfo.BuilderConfiguration configuration = new RequestMappingInfo.BuilderConfiguration();
		configuration.setPatternParser(getPatternParser());
		for (StreamDefinition stream : this.endpoint.definitions()) {
			for (String path : stream.paths()) {
				RequestMappingInfo mapping = RequestMappingInfo.paths(path)
					.methods(RequestMethod.GET)
					.produces(MediaType.TEXT_EVENT_STREAM_VALUE)
					.customCondition(sharing(stream, path))
					.options(configuration)
					.build();
				registerMapping(mapping, new Handler(this.endpoint, stream), HANDLER);
			}
		}
	}

	private PathSharing sharing(StreamDefinition stream, String path) {
		return new PathSharing(path, stream.access().cors() != null, () -> neighbours().get(path),
				this.last ? this::isResource : null);
	}

	private boolean isResource(String path) {
		ResourceUrlProvider resources = obtainApplicationContext().getBeanProvider(ResourceUrlProvider.class)
			.getIfAvailable();
		return resources != null && resources.getForLookupPath(path) != null;
	}

	private Map<String, PathNeighbour> neighbours() {
		Map<String, PathNeighbour> found = this.neighbours;
		return (found != null) ? found : findNeighbours();
	}

	private synchronized Map<String, PathNeighbour> findNeighbours() {
		Map<String, PathNeighbour> found = this.neighbours;
		if (found == null) {
			Map<String, String> streams = streams();
			found = PathNeighbours.find(obtainApplicationContext(), streams.keySet());
			this.neighbours = found;
			if (!this.last) {
				PathNeighbours.report(found, streams);
			}
		}
		return found;
	}

	private Map<String, String> streams() {
		Map<String, String> streams = new HashMap<>();
		this.endpoint.definitions()
			.forEach((stream) -> stream.paths().forEach((path) -> streams.put(path, stream.name())));
		return streams;
	}

	/** At that time the other mappings exist. */
	@Override
	public void afterSingletonsInstantiated() {
		neighbours();
	}

	@Override
	protected boolean isHandler(Class<?> beanType) {
		return false;
	}

	@Override
	protected @Nullable RequestMappingInfo getMappingForMethod(Method method, Class<?> handlerType) {
		return null;
	}

	@Override
	protected @Nullable CorsConfiguration initCorsConfiguration(Object handler, Method method,
			RequestMappingInfo mapping) {
		return (handler instanceof Handler stream) ? stream.stream().access().cors() : null;
	}

	@Override
	protected @Nullable HandlerMethod handleNoMatch(Set<RequestMappingInfo> mappings, String lookupPath,
			HttpServletRequest request) throws ServletException {
		boolean resource = !this.last || mappings.stream()
			.filter((mapping) -> mapping.getActivePatternsCondition().getMatchingCondition(request) != null)
			.anyMatch((mapping) -> mapping.getDirectPaths().stream().anyMatch(this::isResource));
		return resource ? null : super.handleNoMatch(mappings, lookupPath, request);
	}

	/**
	 * The handler of one stream.
	 *
	 * @param endpoint the endpoint
	 * @param stream the stream
	 */
	record Handler(EventSourceEndpoint endpoint, StreamDefinition stream) {

		@Nullable SseEmitter handle(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(this.stream.name(), request, response);
		}

	}

}
