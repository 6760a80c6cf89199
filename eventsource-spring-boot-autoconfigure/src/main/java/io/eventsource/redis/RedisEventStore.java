package io.eventsource.redis;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.eventsource.Event;
import io.eventsource.EventPublicationException;
import io.eventsource.EventStore;
import io.lettuce.core.RedisException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the events of one channel in a stream in Redis. Thread-safe.
 */
final class RedisEventStore implements EventStore {

	private final RedisStream stream;

	private final RedisHistory history;

	private final RedisStreamReader reader;

	private final AtomicReference<@Nullable RedisTail> tail = new AtomicReference<>();

	private final Consumer<Event> publisher;

	RedisEventStore(RedisStream stream, RedisStreamReader reader) {
		this(stream, stream::append, reader);
	}

	/**
	 * Creates a store.
	 * @param publisher appends an event
	 */
	RedisEventStore(RedisStream stream, Consumer<Event> publisher, RedisStreamReader reader) {
		this.publisher = publisher;
		this.stream = stream;
		this.history = new RedisHistory(stream);
		this.reader = reader;
	}

	@Override
	public void append(Event event) {
		try {
			this.publisher.accept(event);
		}
		catch (RedisException ex) {
			throw new EventPublicationException("Redis has not confirmed an event of channel '" + this.stream.channel()
					+ "', so it was not published, unless only the answer was lost: " + RedisProblem.describe(ex), ex);
		}
	}

	@Override
	public void tail(Receiver receiver, int count, long bytes) {
		RedisTail begun = new RedisTail(this.stream, () -> this.history.latest(count, bytes), receiver);
		end(this.tail.getAndSet(begun));
		this.reader.begin(begun);
	}

	@Override
	public void stop() {
		end(this.tail.getAndSet(null));
	}

	private void end(@Nullable RedisTail ended) {
		if (ended != null) {
			ended.stop();
			this.reader.remove(ended);
		}
	}

	@Override
	public @Nullable List<Event> after(String id, int limit) {
		EntryId entry = EntryId.parse(id);
		return (entry != null) ? this.history.after(entry, limit) : null;
	}

	@Override
	public boolean isOwn(String id) {
		return EntryId.parse(id) != null;
	}

	@Override
	public boolean precedes(String id, String other) {
		EntryId one = EntryId.parse(id);
		EntryId two = EntryId.parse(other);
		return one != null && two != null && one.compareTo(two) < 0;
	}

	@Override
	public boolean isConnected() {
		RedisTail current = this.tail.get();
		return this.reader.isConnected() && (current == null || !current.isBroken());
	}

}
