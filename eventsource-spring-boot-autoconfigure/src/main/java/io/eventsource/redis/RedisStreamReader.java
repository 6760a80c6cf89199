package io.eventsource.redis;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.eventsource.redis.RedisConnections.Connection;
import io.lettuce.core.RedisException;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The thread that reads what is published into all channels, over one connection. While
 * Redis is unavailable it tries again after growing, jittered pauses, and then continues
 * where it was.
 */
final class RedisStreamReader {

	private static final Log logger = LogFactory.getLog(RedisStreamReader.class);

	/** The time after which a channel that is new, or has room again, is read too. */
	private static final long WAIT = 200;

	private static final long SHORT_WAIT = 20;

	/** How often a channel without news is compared with its stream. */
	private static final long CHECK = TimeUnit.SECONDS.toNanos(2);

	/** The time beyond the timeout of Redis after which the thread counts as stuck. */
	private static final Duration STALL = Duration.ofSeconds(10);

	private final RedisConnections connections;

	private final Duration timeout;

	private final RedisAvailability redis = new RedisAvailability();

	private final Set<RedisTail> tails = ConcurrentHashMap.newKeySet();

	/** When the thread last took a step. */
	private volatile long moved = System.nanoTime();

	private volatile @Nullable Thread thread;

	RedisStreamReader(RedisConnections connections, Duration timeout) {
		this.connections = connections;
		this.timeout = timeout;
	}

	synchronized void start() {
		if (this.thread == null || !this.thread.isAlive()) {
			Thread tail = new Thread(this::run, "eventsource-redis-tail");
			tail.setDaemon(true);
			this.moved = System.nanoTime();
			this.thread = tail;
			tail.start();
		}
	}

	/**
	 * Ends the thread, and waits for its end for two seconds at most.
	 */
	void stop() {
		Thread stopped = this.thread;
		synchronized (this) {
			this.thread = null;
			notifyAll();
		}
		if (stopped != null) {
			try {
				stopped.join(TimeUnit.SECONDS.toMillis(1));
				stopped.interrupt();
				stopped.join(TimeUnit.SECONDS.toMillis(1));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	boolean isRunning() {
		return this.thread != null;
	}

	private boolean isCurrent() {
		return this.thread == Thread.currentThread();
	}

	/**
	 * Returns whether events arrive, as far as is known: Redis could be reached when it
	 * was needed last, and the thread runs and is not stuck.
	 */
	boolean isConnected() {
		return this.redis.isAvailable() && !isStalled();
	}

	private boolean isStalled() {
		Thread current = this.thread;
		return current != null
				&& (!current.isAlive() || System.nanoTime() - this.moved > STALL.plus(this.timeout).toNanos());
	}

	/**
	 * Begins a tail, on the calling thread if Redis is available, and reads it from now
	 * on.
	 */
	void begin(RedisTail tail) {
		if (isConnected()) {
			try {
				tail.begin();
			}
			catch (RedisException ex) {
				this.redis.lost(ex);
			}
		}
		add(tail);
	}

	/**
	 * Reads a tail from now on.
	 */
	synchronized void add(RedisTail tail) {
		this.tails.add(tail);
		if (tail.isStopped()) {
			remove(tail);
		}
		if (this.thread != null) {
			// Also in place of one that could not be started
			start();
		}
		notifyAll();
	}

	void remove(RedisTail tail) {
		this.tails.remove(tail);
	}

	private void run() {
		while (isCurrent()) {
			this.moved = System.nanoTime();
			try {
				awaitTail();
				readAll();
			}
			catch (Throwable ex) {
				// Nothing may end this thread, without which all channels fall silent
				if (isCurrent()) {
					this.redis.lost(ex);
					await(this.redis.pause());
				}
			}
		}
	}

	private synchronized void awaitTail() {
		while (this.tails.isEmpty() && isCurrent()) {
			await(RedisAvailability.LONGEST_PAUSE);
			this.moved = System.nanoTime();
		}
	}

	/**
	 * Reads until that fails, or there is nothing to be read.
	 */
	private void readAll() {
		if (!isCurrent()) {
			return;
		}
		try (Connection connection = this.connections.open()) {
			this.tails.forEach(RedisTail::resume);
			while (isCurrent() && !this.tails.isEmpty()) {
				this.moved = System.nanoTime();
				read(connection);
				this.redis.found();
			}
		}
	}

	private void read(Connection connection) {
		this.tails.forEach((tail) -> tail.check(CHECK));
		Map<String, RedisTail> ready = new HashMap<>();
		int count = Integer.MAX_VALUE;
		for (RedisTail tail : this.tails) {
			int room = tail.room();
			if (room > 0) {
				ready.put(tail.key(), tail);
				count = Math.min(count, room);
			}
		}
		if (ready.isEmpty()) {
			await(SHORT_WAIT);
			return;
		}
		boolean all = ready.size() == this.tails.size();
		long wait = Math.min(all ? WAIT : SHORT_WAIT, this.timeout.toMillis() / 2);
		List<StreamOffset<byte[]>> offsets = ready.values().stream().map(RedisTail::offset).toList();
		accept(new EntryReader(connection.commands()).behind(offsets, count, PageSize.BYTES, wait), ready, count);
	}

	private static void accept(Map<String, EntryPage> pages, Map<String, RedisTail> tails, int count) {
		tails.forEach((key, tail) -> {
			EntryPage page = pages.get(key);
			if (page != null) {
				tail.accept(page.entries(), page.received() >= count);
			}
		});
	}

	/**
	 * Waits for so many milliseconds, or until the thread is to end or has a new channel.
	 */
	private synchronized void await(long millis) {
		if (isCurrent()) {
			try {
				wait(millis);
			}
			catch (InterruptedException ex) {
				// It is interrupted by stop alone, which is looked at next
				logger.trace("Interrupted", ex);
			}
		}
	}

}
