package io.eventsource.web;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.eventsource.engine.EventStream;

/**
 * Streams that serve one client each, for as long as they are there. One that comes while
 * they are ended is refused or is ended with them. Thread-safe.
 */
final class OpenStreams {

	private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();

	private boolean closed;

	/**
	 * Takes in a stream that has no client yet.
	 * @throws IllegalStateException if all streams are being ended
	 */
	synchronized void add(EventStream stream) {
		if (this.closed) {
			throw new IllegalStateException("Stream '" + stream.name() + "' is closed");
		}
		this.streams.add(stream);
	}

	/**
	 * Forgets a stream.
	 * @return whether it was there
	 */
	boolean remove(EventStream stream) {
		return this.streams.remove(stream);
	}

	Stream<EventStream> all() {
		return this.streams.stream();
	}

	/**
	 * Sends all clients away, one after the other within a time.
	 */
	void drain(Duration time) {
		refuseMore();
		this.streams.forEach((stream) -> stream.drain(time));
	}

	/**
	 * Ends all connections.
	 */
	void close() {
		refuseMore();
		this.streams.forEach(EventStream::close);
	}

	private synchronized void refuseMore() {
		this.closed = true;
	}

}
