package io.eventsource.web;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Set;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.MediaType;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Maps the paths of the streams. There are two of them: one before the application's
 * controllers, which takes what it can answer and leaves the rest to a controller that
 * may share the path, and one behind them, which answers the rest as usual: 405, 406, and
 * {@code OPTIONS}.
 */
public final class EventSourceHandlerMapping extends RequestMappingInfoHandlerMapping {

	private static final Method HANDLER = handlerMethod();

	private final EventSourceEndpoint endpoint;

	private final boolean last;

	/**
	 * Makes a mapping for the streams of an endpoint.
	 * @param endpoint the endpoint
	 * @param last whether nobody else will answer what this mapping does not
	 */
	public EventSourceHandlerMapping(EventSourceEndpoint endpoint, boolean last) {
		this.endpoint = endpoint;
		this.last = last;
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
			if (!stream.paths().isEmpty()) {
				RequestMappingInfo mapping = RequestMappingInfo.paths(stream.paths().toArray(String[]::new))
					.methods(RequestMethod.GET)
					.produces(MediaType.TEXT_EVENT_STREAM_VALUE)
					.options(configuration)
					.build();
				registerMapping(mapping, new Handler(this.endpoint, stream), HANDLER);
			}
		}
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
		return this.last ? super.handleNoMatch(mappings, lookupPath, request) : null;
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
