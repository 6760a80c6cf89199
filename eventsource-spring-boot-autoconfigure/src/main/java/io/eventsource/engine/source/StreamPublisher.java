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
 * The publisher of a stream, and what depends on its kind. This is the only class that
 * distinguishes kinds: a {@link BufferingPublisher}, such as a channel, keeps events in a
 * queue for the stream, and may get them from a store.
 */
public final class StreamPublisher {

	private final Publisher<?> publisher;

	private final String logName;

	private final @Nullable BufferingPublisher buffering;

	private final @Nullable EventStore store;

	/**
	 * Creates the publisher of a stream.
	 * @param logName the name of the publisher in log messages
	 */
	public StreamPublisher(Publisher<?> publisher, String logName) {
		this.publisher = publisher;
		this.logName = logName;
		this.buffering = (publisher instanceof BufferingPublisher channel) ? channel : null;
		this.store = (this.buffering != null) ? this.buffering.store() : null;
	}

	/**
	 * Returns the log of what happens to the publisher. If each client has a publisher of
	 * its own, those of one name share it.
	 */
	PublisherLog log(StreamContext context, Dispatcher dispatcher) {
		return context.personal() ? dispatcher.publisherLog(this.logName)
				: new PublisherLog(context.clock(), this.logName);
	}

	/**
	 * Returns the publisher itself.
	 */
	Publisher<?> publisher() {
		return this.publisher;
	}

	/**
	 * Returns the publisher if it buffers events itself, and {@code null} otherwise.
	 */
	@Nullable BufferingPublisher buffering() {
		return this.buffering;
	}

	/**
	 * Returns whether the publisher keeps events until there is room for them. Such a
	 * publisher costs nothing while nobody listens, and stays subscribed to.
	 */
	public boolean isBuffering() {
		return this.buffering != null;
	}

	/**
	 * Returns whether the publisher is a channel in this process, which never blocks.
	 */
	boolean isInProcess() {
		return isBuffering() && this.store == null;
	}

	/**
	 * Returns whether a store gives the events their ids.
	 */
	public boolean hasForeignIds() {
		return this.store != null;
	}

	/**
	 * Returns whether an id has the form of those that the store gives.
	 */
	public boolean isForeign(@Nullable String id) {
		return this.store != null && id != null && this.store.isOwn(id);
	}

	/**
	 * Returns whether the store cannot be reached at the moment.
	 */
	public boolean isCutOff() {
		return this.store != null && !this.store.isConnected();
	}

	/**
	 * Returns the history of the stream.
	 * @param declared the history that the application has declared, if any
	 */
	public @Nullable EventHistory history(@Nullable EventHistory declared) {
		EventHistory own = (this.buffering != null) ? this.buffering.history() : null;
		if (own == null) {
			return declared;
		}
		return (declared != null) ? new FallbackHistory(own, declared) : own;
	}

}
