package io.eventsource.web;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;

/**
 * Reads the paths of functional routes, as far as they can be read.
 */
final class RoutePaths implements RouterFunctions.Visitor {

	private final BiConsumer<String, Boolean> routes;

	private final Deque<List<String>> prefixes = new ArrayDeque<>(List.of(List.of("")));

	/**
	 * Reads routes.
	 * @param routes called with the path of each route that may be for {@code GET}, and
	 * whether it is for events
	 */
	RoutePaths(BiConsumer<String, Boolean> routes) {
		this.routes = routes;
	}

	@Override
	public void startNested(RequestPredicate predicate) {
		List<String> nested = new ArrayList<>();
		List<String> own = Predicate.of(predicate).paths;
		for (String prefix : this.prefixes.element()) {
			(own.isEmpty() ? List.of("") : own).forEach((path) -> nested.add(prefix + path));
		}
		this.prefixes.push(nested);
	}

	@Override
	public void endNested(RequestPredicate predicate) {
		this.prefixes.pop();
	}

	@Override
	public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
		Predicate route = Predicate.of(predicate);
		if (route.get) {
			for (String prefix : this.prefixes.element()) {
				(route.paths.isEmpty() ? List.of("") : route.paths)
					.forEach((path) -> this.routes.accept(prefix + path, route.events));
			}
		}
	}

	@Override
	public void resources(Function<ServerRequest, Optional<Resource>> lookup) {
	}

	@Override
	public void attributes(Map<String, Object> attributes) {
	}

	@Override
	public void unknown(RouterFunction<?> router) {
	}

	/**
	 * What a predicate requires.
	 */
	private static final class Predicate implements RequestPredicates.Visitor {

		private final List<String> paths = new ArrayList<>();

		private boolean get = true;

		private boolean events;

		private int negations;

		static Predicate of(RequestPredicate predicate) {
			Predicate read = new Predicate();
			predicate.accept(read);
			return read;
		}

		@Override
		public void method(Set<HttpMethod> methods) {
			this.get = this.get && (this.negations > 0 || methods.contains(HttpMethod.GET));
		}

		@Override
		public void path(String pattern) {
			if (this.negations == 0) {
				this.paths.add(pattern);
			}
		}

		@Override
		@Deprecated
		@SuppressWarnings("removal")
		public void pathExtension(String extension) {
		}

		@Override
		public void header(String name, String value) {
			this.events |= name.equalsIgnoreCase(HttpHeaders.ACCEPT)
					&& value.contains(MediaType.TEXT_EVENT_STREAM_VALUE);
		}

		@Override
		public void param(String name, String value) {
		}

		@Override
		public void version(String version) {
		}

		@Override
		public void startAnd() {
		}

		@Override
		public void and() {
		}

		@Override
		public void endAnd() {
		}

		@Override
		public void startOr() {
		}

		@Override
		public void or() {
		}

		@Override
		public void endOr() {
		}

		@Override
		public void startNegate() {
			this.negations++;
		}

		@Override
		public void endNegate() {
			this.negations--;
		}

		@Override
		public void unknown(RequestPredicate predicate) {
		}

	}

}
