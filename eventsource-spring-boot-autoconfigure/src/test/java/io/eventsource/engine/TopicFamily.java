package io.eventsource.engine;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.EventClient;
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

	TopicFamily(TestEngine engine, EventTopics topics, StreamSettings settings, TopicSettings rules) {
		this.engine = engine;
		this.family = StreamFamily.byTopic("test", settings,
				new TopicDefinition((TopicSource) topics, rules, engine.dispatcher()),
				(publisher) -> EventStream.builder("test", publisher, engine.dispatcher())
					.settings(settings)
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

	@Nullable RefusalReason refusal(String topic) {
		return this.family.refusal(client("c", topic, null));
	}

	boolean isOver(String topic, @Nullable String lastEventId) {
		return this.family.isOver(client("c", topic, lastEventId));
	}

	boolean knows(String topic) {
		return this.family.stream(topic) != null;
	}

	StreamSnapshot snapshot() {
		return this.family.snapshot();
	}

	TopicStreams topics() {
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
