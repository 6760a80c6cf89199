package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSnapshot;
import io.eventsource.autoconfigure.StreamsEndpoint.ClientDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * One topic as the actuator shows it.
 *
 * @param state the state of its stream
 * @param clients the number of its connections
 * @param position the number of published events
 * @param delivered the number of events sent, counted for each client
 * @param bytes the number of bytes sent
 * @param greatestLag the number of events that the slowest client has not been sent
 * @param source whether a source that was started runs
 * @param idle the time since its last use, unless it is in use
 * @param connections the clients
 */
record TopicDescriptor(StreamSnapshot.State state, int clients, long position, long delivered, long bytes,
		long greatestLag, boolean source, @Nullable Duration idle, List<ClientDescriptor> connections) {

	static TopicDescriptor of(TopicSnapshot topic, List<ClientDescriptor> connections) {
		StreamSnapshot stream = topic.stream();
		return new TopicDescriptor(stream.state(), stream.clients(), stream.published(), stream.delivered(),
				stream.bytes(), stream.greatestLag(), topic.source(), topic.idle(), connections);
	}

}
