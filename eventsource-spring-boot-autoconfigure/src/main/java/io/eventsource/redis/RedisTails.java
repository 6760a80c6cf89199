package io.eventsource.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.cluster.SlotHash;
import org.jspecify.annotations.Nullable;

/**
 * The tails of all streams that are read, and which of them may have something to be
 * read. One thread reads; any thread may add, remove and mark.
 */
final class RedisTails {

	/** The number of streams that one command reads. */
	private static final int BATCH = 200;

	/** The number of entries that one command reads of all streams, as a guide. */
	private static final int ENTRIES = 2048;

	private final RedisCommands commands;

	private final boolean cluster;

	private final Map<String, RedisTail> tails = new ConcurrentHashMap<>();

	/** What is called when there is a message, by the channel of Redis. */
	private final Map<String, Runnable> watches = new ConcurrentHashMap<>();

	private final Set<RedisTail> marked = ConcurrentHashMap.newKeySet();

	/** The keys of tails that were added or removed. */
	private final Set<String> changed = ConcurrentHashMap.newKeySet();

	/**
	 * Makes an empty collection.
	 * @param commands the connection by which the tails are read
	 * @param cluster whether one command can read streams of one slot only
	 */
	RedisTails(RedisCommands commands, boolean cluster) {
		this.commands = commands;
		this.cluster = cluster;
	}

	boolean isEmpty() {
		return this.tails.isEmpty() && this.watches.isEmpty();
	}

	void add(RedisTail tail) {
		this.tails.put(tail.key(), tail);
		this.changed.add(tail.key());
		if (tail.isStopped()) {
			remove(tail);
		}
	}

	void remove(RedisTail tail) {
		if (this.tails.remove(tail.key(), tail)) {
			this.changed.add(tail.key());
		}
		this.marked.remove(tail);
	}

	/**
	 * Has an action called when there is a message on a channel of Redis. It must not
	 * block.
	 */
	void watch(String channel, Runnable action) {
		this.watches.put(channel, action);
		this.changed.add(channel);
	}

	void unwatch(String channel) {
		this.watches.remove(channel);
		this.changed.add(channel);
	}

	/**
	 * Returns the keys of the streams that are read, if they begin so.
	 */
	List<String> keys(String prefix) {
		return this.tails.keySet().stream().filter((key) -> key.startsWith(prefix)).toList();
	}

	private boolean isWanted(String key) {
		return this.tails.containsKey(key) || this.watches.containsKey(key);
	}

	/**
	 * Marks the tail of a stream that has news.
	 */
	void mark(String key) {
		RedisTail tail = this.tails.get(key);
		if (tail != null) {
			this.marked.add(tail);
		}
		Runnable action = this.watches.get(key);
		if (action != null) {
			action.run();
		}
	}

	void markAll() {
		this.marked.addAll(this.tails.values());
	}

	/**
	 * Returns whether there is something to be read that had no room.
	 */
	boolean hasMarked() {
		return !this.marked.isEmpty();
	}

	/**
	 * Subscribes to the news of all streams.
	 */
	void subscribeAll(RedisWakeups wakeups) {
		this.changed.clear();
		wakeups.add(List.copyOf(this.tails.keySet()));
		wakeups.add(List.copyOf(this.watches.keySet()));
		markAll();
	}

	/**
	 * Subscribes to the news of streams that were added since, and ends the subscriptions
	 * to those that were removed.
	 */
	void subscribeChanged(RedisWakeups wakeups) {
		if (this.changed.isEmpty()) {
			return;
		}
		List<String> keys = List.copyOf(this.changed);
		keys.forEach(this.changed::remove);
		wakeups.remove(keys.stream().filter((key) -> !isWanted(key)).toList());
		List<String> present = keys.stream().filter(this::isWanted).toList();
		wakeups.add(present);
		// What came before the subscription
		present.stream().map(this.tails::get).filter(Objects::nonNull).forEach(this.marked::add);
	}

	/**
	 * Has Redis keep all streams that are read.
	 */
	void keep() {
		this.tails.values().forEach((tail) -> guarded(tail, tail::keep));
	}

	/**
	 * Begins a tail, which waits for Redis.
	 */
	void begin(RedisTail tail) {
		guarded(tail, tail::begin);
	}

	/**
	 * Reads the marked tails that have room, each once.
	 * @return whether there were any
	 */
	boolean readMarked() {
		List<RedisTail> ready = new ArrayList<>();
		for (RedisTail tail : this.marked) {
			if (!tail.hasBegun()) {
				begin(tail);
			}
			if (tail.isStopped() || !tail.hasBegun()) {
				this.marked.remove(tail);
			}
			else if (tail.room() > 0) {
				this.marked.remove(tail);
				ready.add(tail);
			}
		}
		for (List<RedisTail> batch : batches(ready)) {
			read(batch);
		}
		return !ready.isEmpty();
	}

	private List<List<RedisTail>> batches(List<RedisTail> ready) {
		Collection<List<RedisTail>> groups = this.cluster ? ready.stream()
			.collect(Collectors.groupingBy((tail) -> SlotHash.getSlot(tail.key().getBytes(StandardCharsets.UTF_8))))
			.values() : List.of(ready);
		List<List<RedisTail>> batches = new ArrayList<>();
		for (List<RedisTail> group : groups) {
			for (int from = 0; from < group.size(); from += BATCH) {
				batches.add(group.subList(from, Math.min(group.size(), from + BATCH)));
			}
		}
		return batches;
	}

	private void read(List<RedisTail> batch) {
		try {
			int room = Math.max(16, ENTRIES / batch.size());
			for (RedisTail tail : batch) {
				room = Math.min(room, Math.max(1, tail.room()));
			}
			// The first is one that was read before
			int count = room + 1;
			long bytes = Math.max(PageSize.HISTORY_BYTES, PageSize.BYTES / batch.size());
			Map<String, EntryPage> pages = this.commands.run((redis) -> new EntryReader(redis)
				.behind(batch.stream().map(RedisTail::offset).toList(), count, bytes));
			batch.forEach((tail) -> guarded(tail, () -> accept(tail, pages.get(tail.key()), count)));
		}
		catch (RedisCommandExecutionException ex) {
			if (batch.size() == 1) {
				failed(batch.get(0), ex);
			}
			else {
				// Find out whose fault it is
				batch.forEach((tail) -> read(List.of(tail)));
			}
		}
	}

	private void accept(RedisTail tail, @Nullable EntryPage page, int count) {
		boolean more = (page != null) ? tail.accept(page.entries(), page.received() >= count)
				: tail.accept(List.of(), false);
		if (more && !tail.isStopped()) {
			this.marked.add(tail);
		}
	}

	/** What is wrong with one stream must not hold up the others. */
	private static void guarded(RedisTail tail, Runnable command) {
		try {
			command.run();
		}
		catch (RedisCommandExecutionException ex) {
			failed(tail, ex);
		}
	}

	private static void failed(RedisTail tail, RedisCommandExecutionException cause) {
		String message = String.valueOf(cause.getMessage());
		if (!message.startsWith("WRONGTYPE") && !message.startsWith("NOPERM")) {
			throw cause;
		}
		tail.fail(cause);
	}

}
