package io.eventsource.web;

import java.util.Set;

import io.eventsource.StreamSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * A stream that an {@link EventSourceEndpoint} is to serve.
 *
 * @param name the name of the stream
 * @param paths the paths at which it is served, relative to the servlet, with variables
 * where it has topics; may be empty for a stream that is only opened from code
 * @param settings the settings of the stream
 * @param source where its events come from
 * @param access who may open the stream, and what they see of it
 * @param topics the rules of its topics; {@code null} unless it has topics
 */
public record StreamDefinition(String name, Set<String> paths, StreamSettings settings, PublisherDefinition source,
		StreamAccess access, @Nullable TopicRules topics) {

	/**
	 * Describes a stream without topics.
	 * @param name the name of the stream
	 * @param paths the paths at which it is served, relative to the servlet
	 * @param settings the settings of the stream
	 * @param source where its events come from
	 * @param access who may open the stream, and what they see of it
	 */
	public StreamDefinition(String name, Set<String> paths, StreamSettings settings, PublisherDefinition source,
			StreamAccess access) {
		this(name, paths, settings, source, access, null);
	}

	/**
	 * Tells whether requests for a path are for this stream.
	 * @param path the decoded path, relative to the servlet
	 * @return whether they are
	 */
	public boolean isServedAt(String path) {
		return this.paths.contains(path) || this.paths.stream()
			.anyMatch((pattern) -> pattern.indexOf('{') >= 0
					&& PathPatternParser.defaultInstance.parse(pattern).matches(PathContainer.parsePath(path)));
	}

	/**
	 * Tells whether code of the application runs for single clients while they are
	 * connected.
	 */
	boolean runsForClients() {
		return !this.access.filters().isEmpty() || this.source.history() != null;
	}

}
