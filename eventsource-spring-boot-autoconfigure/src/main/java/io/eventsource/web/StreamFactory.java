package io.eventsource.web;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventTopics;
import io.eventsource.PersonalStream;
import io.eventsource.StreamListener;
import io.eventsource.TopicSource;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.EventStreamBuilder;
import io.eventsource.engine.StreamFamily;
import io.eventsource.engine.StreamFamilyFactory;
import io.eventsource.engine.TopicDefinition;
import io.eventsource.engine.runtime.Dispatcher;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Creates the streams of publishers as Spring applications have them. Thread-safe.
 */
final class StreamFactory {

	private final DataWriter dataWriter;

	private final StreamListener listener;

	/**
	 * Creates a factory.
	 * @param dataWriter writes data that is not text
	 * @param listener observes all streams
	 */
	StreamFactory(DataWriter dataWriter, StreamListener listener) {
		this.dataWriter = dataWriter;
		this.listener = listener;
	}

	/**
	 * Describes the stream of a publisher that was passed for one client.
	 * @param resumedAfter the id behind which the publisher goes on, if any
	 */
	EventStreamBuilder stream(StreamDefinition definition, Publisher<?> publisher, @Nullable String resumedAfter,
			EventClient client, Dispatcher dispatcher) {
		EventStreamBuilder stream = stream(definition, Publishers.inContext(publisher), dispatcher);
		return (resumedAfter != null && resumedAfter.equals(client.lastEventId())) ? stream.resumed() : stream;
	}

	/**
	 * Returns what creates the streams of some definitions, by name.
	 */
	Map<String, StreamFamilyFactory> families(Collection<StreamDefinition> definitions) {
		Map<String, StreamFamilyFactory> families = new LinkedHashMap<>();
		definitions.forEach((each) -> families.put(each.name(), (dispatcher) -> family(each, dispatcher)));
		return families;
	}

	private StreamFamily family(StreamDefinition definition, Dispatcher dispatcher) {
		String name = definition.name();
		Object source = definition.source().publisher().get();
		if (source instanceof PersonalStream personal) {
			return StreamFamily.perClient(name, definition.settings(), (client) -> resumed(personal, definition,
					stream(definition, publisher(personal, client), dispatcher)));
		}
		if (source instanceof EventTopics topics) {
			return StreamFamily.byTopic(name, definition.settings(), topics(definition, topics, dispatcher),
					(publisher) -> stream(definition, publisher, dispatcher).settings(definition.settings()));
		}
		Publisher<?> publisher = Publishers.of(source);
		if (definition.source().perClient()) {
			refuseChannel(name, publisher);
			Publisher<?> contextual = Publishers.inContext(publisher);
			return StreamFamily.perClient(name, definition.settings(),
					(client) -> stream(definition, contextual, dispatcher));
		}
		EventStream stream = stream(definition, publisher, dispatcher).settings(definition.settings()).build();
		if (publisher instanceof EventChannel) {
			stream.start();
		}
		return StreamFamily.shared(stream);
	}

	private static TopicDefinition topics(StreamDefinition definition, EventTopics topics, Dispatcher dispatcher) {
		TopicRules rules = definition.topics();
		if (rules == null || !(topics instanceof TopicSource source)) {
			throw new IllegalStateException("The topics of stream '" + definition.name() + "' are of the type "
					+ topics.getClass().getName() + ", which cannot be served; create them by EventTopics.create, "
					+ "EventTopics.from or EventChannels.topics, and declare them as EventTopics");
		}
		return new TopicDefinition(source, rules.settings(), dispatcher);
	}

	private EventStreamBuilder stream(StreamDefinition definition, Publisher<?> publisher, Dispatcher dispatcher) {
		return EventStream.builder(definition.name(), publisher, dispatcher)
			.mapping(Publishers::event)
			.dataWriter(this.dataWriter)
			.listener(this.listener)
			.history(definition.source().history())
			.filters(definition.access().filters());
	}

	/** What a client has missed comes from one of the two. */
	private static EventStreamBuilder resumed(PersonalStream personal, StreamDefinition definition,
			EventStreamBuilder stream) {
		if (personal.resumes()) {
			return stream.resumed();
		}
		return (definition.source().history() == null) ? stream.resumable() : stream;
	}

	/** The application's code runs where it may block. */
	private static Publisher<Event> publisher(PersonalStream personal, EventClient client) {
		return (subscriber) -> RequestContext.write(personal.create(client)).subscribe(subscriber);
	}

	private static void refuseChannel(String name, Publisher<?> publisher) {
		if (publisher instanceof EventChannel) {
			throw new IllegalStateException("Stream '" + name + "' cannot be subscribed to per client, since its "
					+ "publisher is an EventChannel, in which one slow client would hold up all others; leave out "
					+ "eventsource.streams." + name + ".subscription, or declare a PersonalStream");
		}
	}

}
