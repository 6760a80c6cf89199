package io.eventsource.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventClient;
import io.eventsource.StreamSnapshot;

/**
 * The running streams of a family, or of all ad-hoc families. A stream that is added
 * while they are being ended is refused, or ended with them. Thread-safe.
 */
final class ActiveStreams {

	private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();

	private boolean closed;

	/**
	 * Adds a stream that has no client yet.
	 * @throws IllegalStateException if all streams are being ended
	 */
	synchronized void add(EventStream stream) {
		if (this.closed) {
			throw new IllegalStateException("Stream '" + stream.name() + "' is closed");
		}
		this.streams.add(stream);
	}

	/**
	 * Removes a stream.
	 * @return whether it was there
	 */
	boolean remove(EventStream stream) {
		return this.streams.remove(stream);
	}

	/**
	 * Ends the streams; their clients get what is left, and do not come back.
	 */
	void stop() {
		this.streams.forEach(EventStream::stop);
	}

	/**
	 * Sends all clients away, each at a moment of its own within a time.
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

	/**
	 * Adds up what the streams have counted.
	 * @param start what was counted before
	 */
	StreamSnapshot sum(StreamSnapshot start) {
		StreamSnapshot sum = start;
		for (EventStream stream : this.streams) {
			sum = SnapshotSums.add(sum, stream.snapshot());
		}
		return sum;
	}

	/**
	 * How many bytes the streams hold.
	 */
	long held() {
		return this.streams.stream().mapToLong((stream) -> stream.log().memory().held()).sum();
	}

	/**
	 * Describes the clients of all streams, as soon as the workers have looked.
	 */
	CompletableFuture<List<ClientSnapshot>> clients() {
		return clients(this.streams);
	}

	/**
	 * Describes the clients of some streams, as soon as the workers have looked.
	 */
	static CompletableFuture<List<ClientSnapshot>> clients(Collection<EventStream> streams) {
		List<CompletableFuture<List<ClientSnapshot>>> parts = streams.stream().map(EventStream::clients).toList();
		return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
			.thenApply((done) -> parts.stream().map(CompletableFuture::join).flatMap(List::stream).toList());
	}

	/**
	 * Ends the connections of some clients at once.
	 * @return how many they were in each stream, as soon as the workers have looked
	 */
	List<CompletableFuture<Integer>> disconnect(Predicate<EventClient> condition) {
		return this.streams.stream().map((stream) -> stream.disconnect(condition)).toList();
	}

}
