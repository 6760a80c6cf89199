package io.eventsource.redis;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.eventsource.redis.RedisConnections.Connection;
import io.lettuce.core.RedisException;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The thread that takes in what is published, of all channels over one connection. While
 * Redis is away it tries again after growing, jittered pauses, and goes on where it was.
 */
final class RedisStreamReader {

	private static final Log logger = LogFactory.getLog(RedisStreamReader.class);

	/** After so long a channel that was attached, or has room again, is read too. */
	private static final long WAIT = 200;

	private static final long SHORT_WAIT = 20;

	/** How often a channel without news is compared with its stream. */
	private static final long CHECK = TimeUnit.SECONDS.toNanos(2);

	/** After so long beyond the timeout of Redis the thread is taken to stand still. */
	private static final Duration STALL = Duration.ofSeconds(10);

	private static final long LEAST_PAUSE = 100;

	private static final long LONGEST_PAUSE = 5000;

	private final RedisConnections connections;

	private final Duration timeout;

	private final Set<RedisEventStore> stores = ConcurrentHashMap.newKeySet();

	private volatile boolean connected = true;

	/** How often in a row it has failed; only the thread touches it. */
	private int failures;

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
	 * Ends the thread, for which it waits for two seconds at most.
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
	 * Whether events come in, as far as is known: Redis could be reached when it was
	 * needed last, and the thread runs and moves.
	 */
	boolean isConnected() {
		return this.connected && !isStalled();
	}

	private boolean isStalled() {
		Thread current = this.thread;
		return current != null
				&& (!current.isAlive() || System.nanoTime() - this.moved > STALL.plus(this.timeout).toNanos());
	}

	/**
	 * Reads a channel too from now on.
	 */
	synchronized void add(RedisEventStore store) {
		this.stores.add(store);
		if (this.thread != null) {
			// Also in place of one that could not be started
			start();
		}
		notifyAll();
	}

	void remove(RedisEventStore store) {
		this.stores.remove(store);
	}

	private void run() {
		while (isCurrent()) {
			this.moved = System.nanoTime();
			try {
				awaitStore();
				tail();
			}
			catch (Throwable ex) {
				// Nothing may end this thread, without which all channels fall silent
				if (isCurrent()) {
					lost(ex);
					pause();
				}
			}
		}
	}

	private synchronized void awaitStore() {
		while (this.stores.isEmpty() && isCurrent()) {
			await(LONGEST_PAUSE);
			this.moved = System.nanoTime();
		}
	}

	/**
	 * Reads until that fails, or there is nothing to be read.
	 */
	private void tail() {
		if (!isCurrent()) {
			return;
		}
		try (Connection connection = this.connections.open()) {
			this.stores.forEach(RedisEventStore::resume);
			while (isCurrent() && !this.stores.isEmpty()) {
				this.moved = System.nanoTime();
				read(connection);
				found();
			}
		}
	}

	private void read(Connection connection) {
		this.stores.forEach((store) -> store.check(CHECK));
		Map<String, RedisEventStore> ready = new HashMap<>();
		int count = Integer.MAX_VALUE;
		for (RedisEventStore store : this.stores) {
			int room = store.room();
			if (room > 0) {
				ready.put(store.stream().key(), store);
				count = Math.min(count, room);
			}
		}
		if (ready.isEmpty()) {
			await(SHORT_WAIT);
			return;
		}
		boolean all = ready.size() == this.stores.size();
		long wait = Math.min(all ? WAIT : SHORT_WAIT, this.timeout.toMillis() / 2);
		List<StreamOffset<byte[]>> offsets = ready.values().stream().map(RedisEventStore::offset).toList();
		accept(new EntryReader(connection.commands()).behind(offsets, count, PageSize.BYTES, wait), ready, count);
	}

	private static void accept(Map<String, EntryPage> pages, Map<String, RedisEventStore> stores, int count) {
		stores.forEach((key, store) -> {
			EntryPage page = pages.get(key);
			if (page != null) {
				store.accept(page.entries(), page.received() >= count);
			}
		});
	}

	/**
	 * Takes note that Redis cannot be reached.
	 */
	synchronized void lost(Throwable cause) {
		boolean news = this.connected;
		this.connected = false;
		try {
			if (news) {
				logger.warn("No events come in from Redis until it answers again; clients stay connected: " + cause,
						(cause instanceof RedisException) ? null : cause);
			}
			else {
				logger.debug("Still no events from Redis", cause);
			}
		}
		catch (Throwable ex) {
			// A failure to log must not end the reader
		}
	}

	private synchronized void found() {
		this.failures = 0;
		if (!this.connected) {
			this.connected = true;
			logger.info("Redis is back, and events come in again from where they were");
		}
	}

	private void pause() {
		long pause = Math.min(LONGEST_PAUSE, LEAST_PAUSE << Math.min(this.failures, 10));
		this.failures++;
		await(pause - ThreadLocalRandom.current().nextLong(pause / 2 + 1));
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
