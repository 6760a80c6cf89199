package io.eventsource.engine.source;

import io.eventsource.engine.runtime.PublisherLog;
import io.eventsource.engine.runtime.StreamContext;

/**
 * What the parts of a source share. Immutable.
 *
 * @param stream what the parts of the whole stream share
 * @param publisher the publisher
 * @param translator turns elements of the publisher into events
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
