package io.eventsource.redis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.TopicStore.End;
import io.lettuce.core.StreamMessage;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events that the stream of a channel has in Redis. Entries that are no events
 * are left out. Thread-safe.
 */
final class RedisHistory {

	private final RedisStream stream;

	RedisHistory(RedisStream stream) {
		this.stream = stream;
	}

	/**
	 * Reads events after an entry, oldest first, one page at most.
	 * @param limit how many events to read at most
	 * @return the events; {@code null} if Redis does not have the entry, since it may not
	 * have others either that followed it
	 */
	@Nullable List<Event> after(EntryId id, int limit) {
		List<Event> events = new ArrayList<>();
		EntryId last = id;
		boolean more = true;
		while (more && events.isEmpty()) {
			List<StreamMessage<byte[], byte[]>> page = this.stream.from(last, limit + 1L);
			if (page.isEmpty() || !EntryId.of(page.get(0).getId()).equals(last)) {
				return null;
			}
			addEvents(page.subList(1, page.size()), events);
			more = page.size() > 1;
			last = EntryId.of(page.get(page.size() - 1).getId());
		}
		return events;
	}

	/**
	 * Reads the latest events, at most so many, and about so many bytes.
	 */
	Latest latest(int count, long bytes) {
		List<Event> events = new ArrayList<>();
		EntryId last = null;
		End end = null;
		long read = 0;
		List<StreamMessage<byte[], byte[]>> entries = this.stream.before(null, count);
		while (!entries.isEmpty()) {
			addEvents(entries, events);
			read += entries.stream().mapToLong(Entry::size).sum();
			end = (last != null) ? end : this.stream.end(entries.get(0));
			last = (last != null) ? last : EntryId.of(entries.get(0).getId());
			EntryId oldest = EntryId.of(entries.get(entries.size() - 1).getId());
			entries = (read < bytes) ? this.stream.before(oldest, count - events.size()) : List.of();
		}
		Collections.reverse(events);
		return new Latest(events, (last != null) ? last : this.stream.facts().last(), end);
	}

	private void addEvents(List<StreamMessage<byte[], byte[]>> entries, List<Event> events) {
		for (StreamMessage<byte[], byte[]> entry : entries) {
			Event event = this.stream.event(entry);
			if (event != null) {
				events.add(event);
			}
		}
	}

	/**
	 * The latest events of a stream.
	 *
	 * @param events the events, oldest first
	 * @param last the id of the last entry, behind which new ones are added
	 * @param end how the stream has ended, or {@code null} if it has not
	 */
	record Latest(List<Event> events, EntryId last, @Nullable End end) {

	}

}
