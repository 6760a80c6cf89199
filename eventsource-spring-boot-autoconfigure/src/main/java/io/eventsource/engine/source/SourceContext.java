package io.eventsource.engine.source;

import io.eventsource.engine.runtime.PublisherLog;
import io.eventsource.engine.runtime.StreamContext;

/**
 * What the parts of a source share. It never changes.
 *
 * @param stream what they share with the rest of the stream
 * @param publisher the publisher
 * @param translator makes events of what the publisher emits
 * @param log where the events go
 * @param listener notified of what happens to the publisher
 * @param publisherLog logs what happens to the publisher
 */
record SourceContext(StreamContext stream, StreamPublisher publisher, EventTranslator translator, SourceLog log,
		SourceListener listener, PublisherLog publisherLog) {

	long now() {
		return this.stream.clock().getAsLong();
	}

}
