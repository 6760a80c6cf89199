package io.eventsource.engine;

import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.LogSanitizer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * What takes and delivers the events of a topic while somebody uses it. The log of the
 * topic is there before it, and remains after it. Thread-safe.
 */
final class RunningTopic {

	private final EventStream stream;

	/** What is published from code; {@code null} if the topic has a publisher. */
	private final @Nullable EventChannel channel;

	/** Whether the events come from a store, and the log does not get them otherwise. */
	private final boolean shared;

	/** Cancels the source. */
	private volatile @Nullable Runnable source;

	RunningTopic(EventStream stream, @Nullable EventChannel channel, boolean shared) {
		this.shared = shared;
		this.stream = stream;
		this.channel = channel;
	}

	/**
	 * Takes events from now on, unless the topic has a publisher, which waits for a
	 * client. Where a store has the events, waits until they are there, so that no client
	 * comes before.
	 */
	void begin() {
		if (this.channel != null) {
			synchronized (this.channel) {
				this.stream.start();
			}
		}
	}

	EventStream stream() {
		return this.stream;
	}

	/**
	 * Whether events are published from code, and not by a publisher.
	 */
	boolean hasChannel() {
		return this.channel != null;
	}

	/**
	 * Publishes an event. May wait for room.
	 * @param topic the topic, for messages
	 */
	void publish(String topic, Event event) {
		if (this.channel == null) {
			throw new IllegalStateException(
					"The events of topic '" + LogSanitizer.line(topic) + "' come from its own publisher");
		}
		this.channel.publish(event);
	}

	/**
	 * Starts a source.
	 * @param onEnd called when it has ended
	 */
	void start(Supplier<? extends Publisher<?>> supplier, Runnable onEnd) {
		this.source = this.stream.run((subscriber) -> supplier.get().subscribe(subscriber), onEnd);
	}

	/**
	 * Cancels the source, and ends the stream behind what was published.
	 */
	void complete() {
		Runnable running = this.source;
		if (running != null) {
			running.run();
		}
		if (this.channel != null) {
			this.channel.complete();
		}
		else {
			this.stream.stop();
		}
	}

	/**
	 * Whether the log alone knows all that is to be known once nobody uses the topic, and
	 * what was published has been taken.
	 */
	boolean mayRest() {
		return this.channel != null && !this.shared;
	}

	/**
	 * Whether what was published has been taken.
	 */
	boolean canRest() {
		return mayRest() && this.stream.isSettled();
	}

	/**
	 * Ends all connections, and takes nothing more.
	 */
	void close() {
		this.stream.close();
	}

}
