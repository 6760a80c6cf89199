package io.eventsource.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.lettuce.core.StreamMessage;
import org.jspecify.annotations.Nullable;

/**
 * Reads a channel's stream from Redis for a client that comes back, up to where the log
 * of this instance goes on.
 */
final class RedisHistory implements EventHistory {

	private final RedisEventStore store;

	private final Duration patience;

	/**
	 * Makes a history.
	 * @param patience how long this instance may need to take in what Redis has
	 */
	RedisHistory(RedisEventStore store, Duration patience) {
		this.store = store;
		this.patience = patience;
	}

	@Override
	public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		EntryId id = EntryId.parse(lastEventId);
		if (id == null) {
			return null;
		}
		List<StreamMessage<byte[], byte[]>> page = this.store.stream().from(id);
		// Where the entry itself was trimmed away, others may have been that followed it
		if (!startsWith(page, id)) {
			return null;
		}
		return StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Entries(id, page), Spliterator.ORDERED),
				false);
	}

	@Override
	public boolean hasOpaqueIds() {
		return true;
	}

	private static boolean startsWith(List<StreamMessage<byte[], byte[]>> page, EntryId id) {
		return !page.isEmpty() && EntryId.of(page.get(0).getId()).equals(id);
	}

	/**
	 * What follows an entry, read a page at a time. Ends where the stream of this
	 * instance has all that was read: a client that goes on there gets nothing twice.
	 */
	private final class Entries implements Iterator<Event> {

		private final Queue<Event> events = new ArrayDeque<>();

		private EntryId last;

		/** The last one that was an event. */
		private EntryId yielded;

		Entries(EntryId id, List<StreamMessage<byte[], byte[]>> page) {
			this.last = id;
			this.yielded = id;
			take(page);
		}

		private void take(List<StreamMessage<byte[], byte[]>> page) {
			for (StreamMessage<byte[], byte[]> entry : page.subList(1, page.size())) {
				this.last = EntryId.of(entry.getId());
				Event event = RedisHistory.this.store.stream().event(entry);
				if (event != null) {
					this.yielded = this.last;
					this.events.add(event);
				}
			}
		}

		@Override
		public boolean hasNext() {
			long begun = System.nanoTime();
			while (this.events.isEmpty() && !RedisHistory.this.store.hasTaken(this.yielded)) {
				List<StreamMessage<byte[], byte[]>> page = RedisHistory.this.store.stream().from(this.last);
				if (!startsWith(page, this.last)) {
					// Trimmed meanwhile, which who asks again finds out
					return false;
				}
				take(page);
				if (page.size() == 1) {
					awaitNews(begun);
				}
			}
			return !this.events.isEmpty();
		}

		private void awaitNews(long begun) {
			if (System.nanoTime() - begun > RedisHistory.this.patience.toNanos()) {
				throw new IllegalStateException("This instance has not taken in what Redis has");
			}
			try {
				RedisHistory.this.store.awaitNews();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("Interrupted", ex);
			}
		}

		@Override
		public Event next() {
			return this.events.remove();
		}

	}

}
