package io.eventsource.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The thread that reads what is published into all channels. It reads a stream when Redis
 * says that there is news, and all of them from time to time, since such a message may be
 * lost. While Redis is unavailable it tries again after growing, jittered pauses, and
 * then continues where it was.
 */
final class RedisStreamReader implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(RedisStreamReader.class);

	/** After how many milliseconds a channel that had no room is tried again. */
	private static final long SHORT_WAIT = 20;

	/** How often all channels are read unasked. */
	private static final long UNASKED = TimeUnit.SECONDS.toNanos(5);

	/** The time beyond the timeout of Redis after which the thread counts as stuck. */
	private static final Duration STALL = Duration.ofSeconds(10);

	private final RedisConnections connections;

	private final Duration timeout;

	private final RedisAvailability redis = new RedisAvailability();

	private final RedisCommands commands;

	private final RedisTails tails;

	private final List<Runnable> tasks = new CopyOnWriteArrayList<>();

	/** When the thread last took a step. */
	private volatile long moved = System.nanoTime();

	private volatile @Nullable Thread thread;

	private final WorkSignal signal = new WorkSignal();

	RedisStreamReader(RedisConnections connections, Duration timeout) {
		this.connections = connections;
		this.timeout = timeout;
		this.commands = new RedisCommands(connections, timeout);
		this.tails = new RedisTails(this.commands, connections.isCluster());
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
		}
		wake();
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
				this.tails.begin(tail);
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
		if (this.thread != null) {
			// Also in place of one that could not be started
			start();
		}
		wake();
	}

	void remove(RedisTail tail) {
		this.tails.remove(tail);
	}

	/**
	 * Has an action called when there is a message on a channel of Redis. It must not
	 * block.
	 */
	void watch(String channel, Runnable action) {
		this.tails.watch(channel, action);
		wake();
	}

	void unwatch(String channel) {
		this.tails.unwatch(channel);
		wake();
	}

	/**
	 * Has something done every five seconds, as long as there is something to be read.
	 */
	void addTask(Runnable task) {
		this.tasks.add(task);
	}

	/**
	 * Returns the keys of the streams that are read, if they begin so.
	 */
	List<String> keys(String prefix) {
		return this.tails.keys(prefix);
	}

	private void wake(String key) {
		this.tails.mark(key);
		wake();
	}

	private void wake() {
		this.signal.give();
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
					this.signal.await(this.redis.pause());
				}
			}
		}
	}

	private void awaitTail() {
		while (this.tails.isEmpty() && isCurrent()) {
			this.signal.await(RedisAvailability.LONGEST_PAUSE);
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
		try (RedisWakeups wakeups = new RedisWakeups(this.connections.openForMessages(), this::wake, this::wake)) {
			this.tails.subscribeAll(wakeups);
			long asked = System.nanoTime();
			while (isCurrent() && !this.tails.isEmpty()) {
				this.moved = System.nanoTime();
				if (this.moved - asked >= UNASKED) {
					asked = this.moved;
					this.tails.markAll();
					this.tails.keep();
					this.tasks.forEach(Runnable::run);
				}
				read(wakeups, asked);
			}
		}
	}

	private void read(RedisWakeups wakeups, long asked) {
		if (!wakeups.isOpen() || asked == this.moved) {
			wakeups.check();
		}
		this.tails.subscribeChanged(wakeups);
		boolean read = this.tails.readMarked();
		this.redis.found();
		if (!read) {
			long left = TimeUnit.NANOSECONDS.toMillis(asked + UNASKED - System.nanoTime());
			this.signal.await(this.tails.hasMarked() ? SHORT_WAIT : Math.max(1, left));
		}
	}

	@Override
	public void close() {
		stop();
		this.commands.close();
	}

}
