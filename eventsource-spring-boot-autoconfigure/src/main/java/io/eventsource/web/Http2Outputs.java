package io.eventsource.web;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the HTTP/2 streams on Tomcat, by one thread at a time for each connection and
 * in the order of the calls, since a connection that is not read makes whoever writes to
 * it wait for seconds.
 */
final class Http2Outputs {

	private final Executor threads;

	/**
	 * The tasks by connection, only for connections that have any.
	 */
	private final Map<String, Queue<Runnable>> tasks = new ConcurrentHashMap<>();

	/** Outputs that have ended, except for bytes for which the client has no room. */
	private final Map<Http2Output, String> lingering = new ConcurrentHashMap<>();

	/**
	 * Creates an instance.
	 * @param threads the threads that write
	 */
	Http2Outputs(Executor threads) {
		this.threads = threads;
	}

	/**
	 * Whether writing to a response may block although it claims not to.
	 */
	static boolean isNeeded(HttpServletRequest request) {
		return "HTTP/2.0".equals(request.getProtocol())
				&& unwrap(request).getClass().getName().startsWith("org.apache.catalina.");
	}

	/**
	 * The request of the container itself.
	 */
	private static ServletRequest unwrap(ServletRequest request) {
		ServletRequest current = request;
		while (current instanceof ServletRequestWrapper wrapper) {
			current = wrapper.getRequest();
		}
		return current;
	}

	/**
	 * Runs a task after all others of a connection. Never blocks.
	 */
	void execute(String connection, Runnable task) {
		boolean[] first = new boolean[1];
		this.tasks.compute(connection, (key, queue) -> {
			Queue<Runnable> tasks = (queue != null) ? queue : new ArrayDeque<>();
			first[0] = queue == null;
			tasks.add(task);
			return tasks;
		});
		if (first[0]) {
			this.threads.execute(() -> runNext(connection));
		}
	}

	private void runNext(String connection) {
		try {
			runFirst(connection);
		}
		finally {
			boolean more = this.tasks.computeIfPresent(connection, (key, tasks) -> {
				tasks.remove();
				return tasks.isEmpty() ? null : tasks;
			}) != null;
			if (more) {
				this.threads.execute(() -> runNext(connection));
			}
		}
	}

	private void runFirst(String connection) {
		AtomicReference<@Nullable Runnable> first = new AtomicReference<>();
		this.tasks.computeIfPresent(connection, (key, tasks) -> {
			first.set(tasks.element());
			return tasks;
		});
		Runnable task = first.get();
		if (task != null) {
			task.run();
		}
	}

	/**
	 * Gives an output that has ended, but for what its client has no room for, some time.
	 */
	void linger(Http2Output output, String connection, Duration patience) {
		this.lingering.put(output, connection);
		giveUp(output, connection, patience);
	}

	private void giveUp(Http2Output output, String connection, Duration patience) {
		CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
			.execute(() -> execute(connection, output::giveUp));
	}

	/**
	 * Forgets an output that has no time left, or needs none.
	 */
	void remove(Http2Output output) {
		this.lingering.remove(output);
	}

	/**
	 * Completes the outputs that have ended, since the server shuts down.
	 * @param patience how long they may still take
	 */
	void hurry(Duration patience) {
		this.lingering.forEach((output, connection) -> giveUp(output, connection, patience));
	}

}
