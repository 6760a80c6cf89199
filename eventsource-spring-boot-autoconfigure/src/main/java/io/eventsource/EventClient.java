package io.eventsource;

import java.security.Principal;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What is known about one connection. Immutable. It holds neither a request nor a
 * security context, so it may be kept.
 *
 * @param id the id of the connection, unique within the process
 * @param stream the name of the stream
 * @param topic the topic; {@code null} if the stream is not one of {@link EventTopics},
 * and for a connection as a whole that watches several
 * @param topics the topics that the connection watches: those that it has asked for
 * together, or the only one; empty if the stream has none
 * @param principal the user who was authenticated when the connection was opened, or
 * {@code null}
 * @param sessionId the id of the session in which the connection was opened, or
 * {@code null}; a secret
 * @param remoteAddress the address of the client, or {@code null}
 * @param types the types of event that the client has asked for; empty for all
 * @param parameters the request parameters that the application has chosen to keep; sent
 * by the client and not to be trusted
 * @param headers the request headers that the application has chosen to keep, by their
 * names in any case; sent by the client and not to be trusted
 * @param attributes what an admission has attached, by name
 * @param lastEventId the id of the last event that the client claims to have, not to be
 * trusted, or {@code null}
 * @param since when the connection was opened
 * @param expires when the connection should end, or {@code null}
 */
public record EventClient(String id, String stream, @Nullable String topic, List<String> topics,
		@Nullable Principal principal, @Nullable String sessionId, @Nullable String remoteAddress, Set<String> types,
		Map<String, String> parameters, Map<String, String> headers, Map<String, Object> attributes,
		@Nullable String lastEventId, Instant since, @Nullable Instant expires) {

	/**
	 * Copies the collections.
	 */
	public EventClient {
		topics = (topics.isEmpty() && topic != null) ? List.of(topic) : List.copyOf(topics);
		types = Set.copyOf(types);
		parameters = Map.copyOf(parameters);
		attributes = Map.copyOf(attributes);
		headers = headers.isEmpty() ? Map.of() : caseInsensitive(headers);
	}

	private static Map<String, String> caseInsensitive(Map<String, String> headers) {
		Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		copy.putAll(headers);
		return Collections.unmodifiableMap(copy);
	}

	/**
	 * Starts the description of a client, for example in a test of a filter.
	 * @param id the id of the connection
	 * @param stream the name of the stream
	 * @return a new builder
	 */
	public static Builder builder(String id, String stream) {
		return new Builder(id, stream);
	}

	/**
	 * Returns the name of the user.
	 * @return the name, or {@code null} if nobody is authenticated
	 */
	public @Nullable String principalName() {
		return (this.principal != null) ? this.principal.getName() : null;
	}

	/**
	 * Describes the client in a form that is safe to log.
	 */
	@Override
	public String toString() {
		return "client " + this.id + " of stream '" + this.stream + "'"
				+ ((this.topic != null) ? ", topic " + LogSanitizer.quote(this.topic) : severalTopics());
	}

	private String severalTopics() {
		return this.topics.isEmpty() ? ""
				: ", topic " + LogSanitizer.quote(this.topics.get(0)) + " and " + (this.topics.size() - 1) + " more";
	}

	/**
	 * Builds an {@link EventClient}. Not thread-safe.
	 */
	public static final class Builder {

		private final String id;

		private final String stream;

		private @Nullable String topic;

		private List<String> topics = List.of();

		private @Nullable Principal principal;

		private @Nullable String sessionId;

		private @Nullable String remoteAddress;

		private Set<String> types = Set.of();

		private Map<String, String> parameters = Map.of();

		private Map<String, String> headers = Map.of();

		private Map<String, Object> attributes = Map.of();

		private @Nullable String lastEventId;

		private Instant since = Instant.now();

		private @Nullable Instant expires;

		private Builder(String id, String stream) {
			this.id = id;
			this.stream = stream;
		}

		/**
		 * Sets the topic.
		 * @param topic the topic, or {@code null} for none
		 * @return this builder
		 */
		public Builder topic(@Nullable String topic) {
			this.topic = topic;
			return this;
		}

		/**
		 * Sets the topics that the connection watches; the one topic, if never called.
		 * @param topics the topics
		 * @return this builder
		 */
		public Builder topics(List<String> topics) {
			this.topics = topics;
			return this;
		}

		/**
		 * Sets the user.
		 * @param principal the user, or {@code null} for none
		 * @return this builder
		 */
		public Builder principal(@Nullable Principal principal) {
			this.principal = principal;
			return this;
		}

		/**
		 * Sets the session.
		 * @param sessionId the id of the session, or {@code null} for none
		 * @return this builder
		 */
		public Builder sessionId(@Nullable String sessionId) {
			this.sessionId = sessionId;
			return this;
		}

		/**
		 * Sets the address.
		 * @param remoteAddress the address, or {@code null} if unknown
		 * @return this builder
		 */
		public Builder remoteAddress(@Nullable String remoteAddress) {
			this.remoteAddress = remoteAddress;
			return this;
		}

		/**
		 * Sets the types of event that the client wants.
		 * @param types the types; empty for all
		 * @return this builder
		 */
		public Builder types(Set<String> types) {
			this.types = types;
			return this;
		}

		/**
		 * Sets the parameters of the request.
		 * @param parameters the values by their names
		 * @return this builder
		 */
		public Builder parameters(Map<String, String> parameters) {
			this.parameters = parameters;
			return this;
		}

		/**
		 * Sets the headers of the request.
		 * @param headers the values by their names
		 * @return this builder
		 */
		public Builder headers(Map<String, String> headers) {
			this.headers = headers;
			return this;
		}

		/**
		 * Sets what an admission has attached.
		 * @param attributes the values by their names
		 * @return this builder
		 */
		public Builder attributes(Map<String, Object> attributes) {
			this.attributes = attributes;
			return this;
		}

		/**
		 * Sets the last event id.
		 * @param lastEventId the id, or {@code null} for none
		 * @return this builder
		 */
		public Builder lastEventId(@Nullable String lastEventId) {
			this.lastEventId = lastEventId;
			return this;
		}

		/**
		 * Sets when the connection was opened; now, if never called.
		 * @param since the time
		 * @return this builder
		 */
		public Builder since(Instant since) {
			this.since = since;
			return this;
		}

		/**
		 * Sets when the connection should end.
		 * @param expires the time, or {@code null} for none
		 * @return this builder
		 */
		public Builder expires(@Nullable Instant expires) {
			this.expires = expires;
			return this;
		}

		/**
		 * Creates the client.
		 * @return the client
		 */
		public EventClient build() {
			return new EventClient(this.id, this.stream, this.topic, this.topics, this.principal, this.sessionId,
					this.remoteAddress, this.types, this.parameters, this.headers, this.attributes, this.lastEventId,
					this.since, this.expires);
		}

	}

}
