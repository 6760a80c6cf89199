package io.eventsource.web;

import java.util.Set;

import io.eventsource.StreamSettings;

/**
 * A stream that an {@link EventSourceEndpoint} is to serve.
 *
 * @param name the name of the stream
 * @param paths the paths at which it is served, relative to the servlet; may be empty for
 * a stream that is only opened from code
 * @param settings the settings of the stream
 * @param source where its events come from
 * @param access who may open the stream, and what they see of it
 */
public record StreamDefinition(String name, Set<String> paths, StreamSettings settings, PublisherDefinition source,
		StreamAccess access) {

}
