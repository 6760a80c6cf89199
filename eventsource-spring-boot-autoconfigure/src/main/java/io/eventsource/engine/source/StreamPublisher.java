package io.eventsource.engine.source;

import io.eventsource.BufferingPublisher;
import io.eventsource.EventHistory;
import io.eventsource.EventStore;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.PublisherLog;
import io.eventsource.engine.runtime.StreamContext;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The publisher of a stream, and what can be told by its kind. The only place that looks
 * at that: a {@link BufferingPublisher}, as every channel is, keeps events in a queue
 * that it shares with the stream, and may have them from a store.
 */
public final class StreamPublisher {

	private final Publisher<?> publisher;

	private final String logName;

	private final @Nullable BufferingPublisher buffering;

	private final @Nullable EventStore store;

	/**
	 * Makes the publisher of a stream.
	 * @param logName under which name the log tells of the publisher
	 */
	public StreamPublisher(Publisher<?> publisher, String logName) {
		this.publisher = publisher;
		this.logName = logName;
		this.buffering = (publisher instanceof BufferingPublisher channel) ? channel : null;
		this.store = (this.buffering != null) ? this.buffering.store() : null;
	}

	/**
	 * The log of what happens to the publisher. Where each client has a publisher of its
	 * own, those of one name share it.
	 */
	PublisherLog log(StreamContext context, Dispatcher dispatcher) {
		return context.personal() ? dispatcher.publisherLog(this.logName)
				: new PublisherLog(context.clock(), this.logName);
	}

	/**
	 * The publisher itself.
	 */
	Publisher<?> publisher() {
		return this.publisher;
	}

	/**
	 * The same publisher, if it buffers events by itself.
	 */
	@Nullable BufferingPublisher buffering() {
		return this.buffering;
	}

	/**
	 * Whether the publisher keeps events until there is room for them. It neither has to
	 * be asked before an event comes, nor costs anything while nobody listens.
	 */
	public boolean isBuffering() {
		return this.buffering != null;
	}

	/**
	 * Whether the events are given their ids by a store.
	 */
	public boolean hasForeignIds() {
		return this.store != null;
	}

	/**
	 * Whether the id of an event looks like one that the store has given.
	 */
	public boolean isForeign(@Nullable String id) {
		return this.store != null && id != null && this.store.isOwn(id);
	}

	/**
	 * Whether events that other instances publish do not come in.
	 */
	public boolean isCutOff() {
		return this.store != null && !this.store.isConnected();
	}

	/**
	 * What knows the events that the log does not have any more.
	 * @param declared what the application has declared
	 */
	public @Nullable EventHistory history(@Nullable EventHistory declared) {
		EventHistory own = (this.buffering != null) ? this.buffering.history() : null;
		if (own == null) {
			return declared;
		}
		return (declared != null) ? new FallbackHistory(own, declared) : own;
	}

}
