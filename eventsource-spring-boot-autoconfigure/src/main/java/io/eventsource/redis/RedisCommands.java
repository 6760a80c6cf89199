package io.eventsource.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.eventsource.redis.RedisConnections.Connection;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import org.jspecify.annotations.Nullable;

/**
 * A connection for commands. It is opened when it is needed. Thread-safe.
 */
final class RedisCommands implements AutoCloseable {

	private final RedisConnections connections;

	private final Duration timeout;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable Connection connection;

	private volatile boolean closed;

	RedisCommands(RedisConnections connections, Duration timeout) {
		this.connections = connections;
		this.timeout = timeout;
	}

	/**
	 * Runs a command. Blocks for at most three times the timeout: while another thread
	 * tries to connect, while this one does, and until the reply has arrived.
	 * @throws RedisException if the reply is an error, or there is none
	 */
	<T> T run(Function<RedisClusterCommands<byte[], byte[]>, T> command) {
		Connection current = connection();
		try {
			return command.apply(current.commands());
		}
		catch (RedisException ex) {
			if (isBroken(ex)) {
				current.close();
			}
			throw ex;
		}
		catch (IllegalStateException ex) {
			// Another thread has closed the connection
			throw new RedisException(ex);
		}
	}

	/** A connection that has brought a reply is kept, unless it leads to a replica. */
	private static boolean isBroken(RedisException failure) {
		if (failure instanceof RedisCommandExecutionException) {
			return String.valueOf(failure.getMessage()).startsWith("READONLY");
		}
		return !(failure instanceof RedisCommandInterruptedException);
	}

	private Connection connection() {
		Connection current = this.connection;
		if (current != null && current.isOpen()) {
			return current;
		}
		lock();
		try {
			current = this.connection;
			if (current == null || !current.isOpen()) {
				if (this.closed) {
					throw new RedisException("The application is shutting down");
				}
				current = this.connections.open();
				this.connection = current;
			}
			return current;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void lock() {
		try {
			if (!this.lock.tryLock(this.timeout.toNanos(), TimeUnit.NANOSECONDS)) {
				throw new RedisCommandTimeoutException("Cannot connect to Redis within " + this.timeout);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RedisCommandInterruptedException(ex);
		}
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			if (this.connection != null) {
				this.connection.close();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

}
