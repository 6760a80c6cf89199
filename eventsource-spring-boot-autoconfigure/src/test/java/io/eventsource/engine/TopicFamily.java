package io.eventsource.engine;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventTopics;
import io.eventsource.RefusalReason;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSettings;
import io.eventsource.TopicSource;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a test by topic.
 */
final class TopicFamily {

	private final TestEngine engine;

	private final StreamFamily family;

	private final AtomicInteger clients = new AtomicInteger();

	TopicFamily(TestEngine engine, EventTopics topics, StreamSettings settings, TopicSettings rules,
			EventFilter... filters) {
		this.engine = engine;
		this.family = StreamFamily.byTopic("test", settings,
				new TopicDefinition((TopicSource) topics, rules, engine.dispatcher()),
				(publisher) -> EventStream.builder("test", publisher, engine.dispatcher())
					.settings(settings)
					.filters(List.of(filters))
					.listener(engine.listener())
					.dataWriter(String::valueOf));
	}

	static EventClient client(String id, String topic, @Nullable String lastEventId) {
		return EventClient.builder(id, "test").topic(topic).lastEventId(lastEventId).build();
	}

	TestEngine.Client connect(String topic, @Nullable String lastEventId) {
		return connect(topic, lastEventId, new RecordingSink(Long.MAX_VALUE));
	}

	TestEngine.Client connect(String topic, @Nullable String lastEventId, RecordingSink sink) {
		String id = "t" + this.clients.incrementAndGet();
		return this.engine.watch(id, sink, this.family.connect(client(id, topic, lastEventId), sink));
	}

	/**
	 * Connects a client to several topics.
	 */
	TestEngine.Client connect(List<String> topics, @Nullable String lastEventId) {
		return connect(topics, lastEventId, new RecordingSink(Long.MAX_VALUE));
	}

	TestEngine.Client connect(List<String> topics, @Nullable String lastEventId, RecordingSink sink) {
		String id = "t" + this.clients.incrementAndGet();
		return this.engine.watch(id, sink, several(id, topics).connect(client(id, topics, lastEventId), sink));
	}

	@Nullable RefusalReason refusal(List<String> topics) {
		return several("c", topics).refusal(client("c", topics, null));
	}

	boolean isOver(List<String> topics, @Nullable String lastEventId) {
		return several("c", topics).isOver(client("c", topics, lastEventId));
	}

	private static EventClient client(String id, List<String> topics, @Nullable String lastEventId) {
		return EventClient.builder(id, "test").topics(topics).lastEventId(lastEventId).build();
	}

	private StreamFamily several(String id, List<String> topics) {
		return this.family.several(topics.stream().map((topic) -> client(id, topic, null)).toList());
	}

	CompletableFuture<List<ClientSnapshot>> clients(String topic) {
		return this.family.clients(topic);
	}

	List<CompletableFuture<Integer>> disconnect(Predicate<EventClient> condition) {
		return this.family.disconnect(condition);
	}

	@Nullable RefusalReason refusal(String topic) {
		return this.family.refusal(client("c", topic, null));
	}

	boolean isOver(String topic, @Nullable String lastEventId) {
		return this.family.isOver(client("c", topic, lastEventId));
	}

	boolean knows(String topic) {
		return topics().describe(topic) != null;
	}

	StreamSnapshot snapshot() {
		return this.family.snapshot();
	}

	TopicOverview topics() {
		return Objects.requireNonNull(this.family.topics());
	}

	void complete(String topic) {
		this.family.stop(topic);
	}

	void stop() {
		this.family.stop(null);
	}

	void close() {
		this.family.close();
	}

}
