package io.eventsource.web;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.servlet.mvc.condition.RequestCondition;

/**
 * Decides which requests for the path of a stream get the stream. Requests that accept
 * {@code text/event-stream} do, unless a handler at the same path answers those too.
 * Requests of a browser for a page get whatever page there is. All others get the handler
 * that is mapped to exactly this path, or the stream if there is none.
 */
final class PathSharing implements RequestCondition<PathSharing> {

	private static final Set<String> PAGES = Set.of("html", "xhtml+xml");

	private final String path;

	private final boolean ownCors;

	private final Supplier<@Nullable PathNeighbour> neighbour;

	/** Not {@code null} if only static resources have claimed the request. */
	private final @Nullable Predicate<String> resources;

	PathSharing(String path, boolean ownCors, Supplier<@Nullable PathNeighbour> neighbour,
			@Nullable Predicate<String> resources) {
		this.path = path;
		this.ownCors = ownCors;
		this.neighbour = neighbour;
		this.resources = resources;
	}

	@Override
	public @Nullable PathSharing getMatchingCondition(HttpServletRequest request) {
		return isForStream(request) ? this : null;
	}

	private boolean isForStream(HttpServletRequest request) {
		PathNeighbour other = this.neighbour.get();
		if (other != null && other.exclusive()) {
			return false;
		}
		if (CorsUtils.isPreFlightRequest(request)) {
			return other == null || this.ownCors;
		}
		List<MediaType> accepted = accepted(request);
		if (accepted.stream().anyMatch(MediaType.TEXT_EVENT_STREAM::equalsTypeAndSubtype)) {
			return true;
		}
		boolean page = accepted.stream().anyMatch((type) -> PAGES.contains(type.getSubtype()));
		if (this.resources != null) {
			return !page || !this.resources.test(this.path);
		}
		return other == null && !page;
	}

	private static List<MediaType> accepted(HttpServletRequest request) {
		try {
			return MediaType.parseMediaTypes(Collections.list(request.getHeaders(HttpHeaders.ACCEPT)));
		}
		catch (InvalidMediaTypeException ex) {
			return List.of();
		}
	}

	@Override
	public String toString() {
		return "where the request is for the stream";
	}

	@Override
	public PathSharing combine(PathSharing other) {
		return other;
	}

	@Override
	public int compareTo(PathSharing other, HttpServletRequest request) {
		return 0;
	}

}
