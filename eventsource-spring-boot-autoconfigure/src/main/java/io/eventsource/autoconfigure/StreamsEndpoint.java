package io.eventsource.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventClient;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot;
import io.eventsource.web.DirectSnapshot;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamDefinition;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * Actuator endpoint that shows the streams and their clients, and ends connections.
 */
@Endpoint(id = "eventsource")
class StreamsEndpoint {

	private final EventSourceEndpoint endpoint;

	private final Show showValues;

	private final Set<String> roles;

	StreamsEndpoint(EventSourceEndpoint endpoint, Show showValues, Set<String> roles) {
		this.endpoint = endpoint;
		this.showValues = showValues;
		this.roles = roles;
	}

	@ReadOperation
	StreamsDescriptor streams() {
		Map<String, StreamDescriptor> streams = new LinkedHashMap<>();
		for (StreamDefinition definition : this.endpoint.definitions()) {
			StreamDescriptor stream = describe(definition, null, new ShownValues(this.showValues == Show.ALWAYS));
			if (stream != null) {
				streams.put(definition.name(), stream);
			}
		}
		DirectSnapshot direct = this.endpoint.directConnections();
		return new StreamsDescriptor(streams, direct.isOffered() ? direct : null);
	}

	@ReadOperation
	@Nullable StreamDescriptor stream(@Selector String stream) {
		return stream(stream, new ShownValues(this.showValues == Show.ALWAYS));
	}

	/**
	 * Describes a stream to a known caller, such as one over HTTP.
	 */
	@Nullable StreamDescriptor stream(String stream, SecurityContext securityContext) {
		return stream(stream, new ShownValues(this.showValues.isShown(securityContext, this.roles)));
	}

	private @Nullable StreamDescriptor stream(String stream, ShownValues values) {
		StreamDefinition definition = find(stream);
		return (definition != null)
				? describe(definition, describe(this.endpoint.clients(stream), definition, values), values) : null;
	}

	@ReadOperation
	@Nullable TopicDescriptor topic(@Selector String stream, @Selector String topic) {
		return topic(stream, topic, new ShownValues(this.showValues == Show.ALWAYS));
	}

	/**
	 * Describes a topic to a known caller, such as one over HTTP.
	 */
	@Nullable TopicDescriptor topic(String stream, String topic, SecurityContext securityContext) {
		return topic(stream, topic, new ShownValues(this.showValues.isShown(securityContext, this.roles)));
	}

	private @Nullable TopicDescriptor topic(String stream, String topic, ShownValues values) {
		StreamDefinition definition = find(stream);
		TopicSnapshot snapshot = (definition != null) ? this.endpoint.topic(stream, topic) : null;
		return (definition != null && snapshot != null)
				? TopicDescriptor.of(snapshot, describe(this.endpoint.clients(stream, topic), definition, values))
				: null;
	}

	private @Nullable StreamDefinition find(String stream) {
		return this.endpoint.definitions()
			.stream()
			.filter((definition) -> definition.name().equals(stream))
			.findFirst()
			.orElse(null);
	}

	private @Nullable StreamDescriptor describe(StreamDefinition definition,
			@Nullable List<ClientDescriptor> connections, ShownValues values) {
		StreamSnapshot snapshot = this.endpoint.stream(definition.name());
		return (snapshot != null) ? new StreamDescriptor(definition.paths(), snapshot.state(), snapshot.clients(),
				snapshot.published(), snapshot.delivered(), snapshot.bytes(), snapshot.skipped(), snapshot.filtered(),
				snapshot.replayed(), snapshot.greatestLag(), snapshot.restarts(), definition.source().perClient(),
				SettingsDescriptor.of(definition.settings(), definition.topics()), topics(definition, values),
				connections) : null;
	}

	private @Nullable TopicsDescriptor topics(StreamDefinition definition, ShownValues values) {
		TopicsSnapshot sums = this.endpoint.topics(definition.name());
		return (sums != null)
				? TopicsDescriptor.of(sums, this.endpoint.busiestTopics(definition.name(), TopicsDescriptor.BUSIEST),
						topicNames(definition, values))
				: null;
	}

	/** Topics may be the names of users. */
	private static ShownValues topicNames(StreamDefinition definition, ShownValues values) {
		boolean users = definition.topics() != null && definition.topics().byPrincipal();
		return new ShownValues(!users || values.shown());
	}

	private static List<ClientDescriptor> describe(List<ClientSnapshot> clients, StreamDefinition definition,
			ShownValues values) {
		ShownValues topics = topicNames(definition, values);
		return clients.stream().map((client) -> describe(client, topics, values)).toList();
	}

	private static ClientDescriptor describe(ClientSnapshot snapshot, ShownValues topics, ShownValues values) {
		EventClient client = snapshot.client();
		return new ClientDescriptor(client.id(), topics.of(client.topic()),
				(client.topics().size() > 1) ? client.topics() : null, values.of(client.principalName()),
				values.of(client.remoteAddress()), client.since(), Duration.between(client.since(), Instant.now()),
				snapshot.lag(), snapshot.bytes(), snapshot.blocked());
	}

	@DeleteOperation
	DisconnectedDescriptor disconnect(@Nullable String client, @Nullable String principal) {
		if ((client == null) == (principal == null)) {
			throw new InvalidEndpointRequestException(
					"Either 'client' or 'principal' must say whose connections are to end",
					"Either 'client' or 'principal' is required");
		}
		Predicate<EventClient> condition = (client != null) ? (each) -> each.id().equals(client)
				: (each) -> principal.equals(each.principalName());
		return new DisconnectedDescriptor(this.endpoint.disconnect(condition));
	}

	@DeleteOperation
	DisconnectedDescriptor disconnectTopic(@Selector String stream, @Selector String topic) {
		return new DisconnectedDescriptor(
				this.endpoint.disconnect((client) -> stream.equals(client.stream()) && topic.equals(client.topic())));
	}

	/**
	 * All streams.
	 *
	 * @param streams the streams by their names
	 * @param direct the connections that Tomcat has handed over, and why it has not
	 * handed over others, if there was any such request
	 */
	record StreamsDescriptor(Map<String, StreamDescriptor> streams, @Nullable DirectSnapshot direct) {

	}

	/**
	 * One stream.
	 *
	 * @param paths the paths at which it is served
	 * @param state its state
	 * @param clients the number of its connections
	 * @param position the number of published events
	 * @param delivered the number of events sent, counted for each client
	 * @param bytes the number of bytes sent
	 * @param skipped the number of events not sent to connected clients
	 * @param filtered the number of events that clients may not see or have not asked for
	 * @param replayed the number of events sent that were older than the connection
	 * @param greatestLag the number of events that the slowest client has not been sent
	 * @param restarts how often the publisher was subscribed to again
	 * @param perClient whether each client has a subscription of its own
	 * @param settings the settings by their names
	 * @param topics its topics, if it has some
	 * @param connections the clients, if they were requested
	 */
	record StreamDescriptor(Set<String> paths, StreamSnapshot.State state, int clients, long position, long delivered,
			long bytes, long skipped, long filtered, long replayed, long greatestLag, long restarts, boolean perClient,
			Map<String, Object> settings, @Nullable TopicsDescriptor topics,
			@Nullable List<ClientDescriptor> connections) {

	}

	/**
	 * One connection.
	 *
	 * @param id the id by which it can be ended
	 * @param topic its topic, if the stream has topics
	 * @param topics its topics, if it watches several
	 * @param principal the name of the user
	 * @param address the address
	 * @param since the time at which it was opened
	 * @param age the time since then
	 * @param lag the number of events that it has not been sent
	 * @param bytes the number of bytes that it was sent
	 * @param blocked whether it is full
	 */
	record ClientDescriptor(String id, @Nullable String topic, @Nullable List<String> topics,
			@Nullable String principal, @Nullable String address, Instant since, Duration age, long lag, long bytes,
			boolean blocked) {

	}

	/**
	 * The response to a request to end connections.
	 *
	 * @param disconnected the number of connections ended
	 */
	record DisconnectedDescriptor(int disconnected) {

	}

}
