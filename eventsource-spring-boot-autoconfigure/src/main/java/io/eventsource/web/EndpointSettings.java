package io.eventsource.web;

import io.eventsource.StreamSettings;
import io.eventsource.engine.ConnectionLimits;

/**
 * Settings of an {@link EventSourceEndpoint}.
 *
 * @param streams the settings of publishers that are passed to
 * {@link EventSourceEndpoint#open}
 * @param access who may open such publishers, and what they see of them
 * @param limits how many connections there may be
 * @param rejection how a client is refused that may come back later
 */
public record EndpointSettings(StreamSettings streams, StreamAccess access, ConnectionLimits limits,
		Rejection rejection) {

}
