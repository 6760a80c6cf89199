package io.eventsource.test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What has come of a stream: one thread adds to it, others wait for it.
 */
final class ReceivedStream {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition change = this.lock.newCondition();

	private final EventStreamParser parser;

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	private final Duration timeout;

	private boolean ended;

	private @Nullable IOException failure;

	ReceivedStream(String lastEventId, Duration timeout) {
		this.parser = new EventStreamParser(lastEventId);
		this.timeout = timeout;
	}

	void add(byte[] buffer, int length) {
		locked(() -> {
			this.bytes.write(buffer, 0, length);
			this.parser.feed(buffer, length);
		});
	}

	/** Later ends change nothing. */
	void end(@Nullable IOException failure) {
		locked(() -> {
			this.failure = this.ended ? this.failure : failure;
			this.ended = true;
		});
	}

	private void locked(Runnable change) {
		this.lock.lock();
		try {
			change.run();
			this.change.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	<T extends @Nullable Object> T get(Function<EventStreamParser, T> what) {
		this.lock.lock();
		try {
			return what.apply(this.parser);
		}
		finally {
			this.lock.unlock();
		}
	}

	String text() {
		return get((parser) -> this.bytes.toString(StandardCharsets.UTF_8));
	}

	boolean hasEnded() {
		return get((parser) -> this.ended);
	}

	@Nullable IOException failure() {
		return this.<@Nullable IOException>get((parser) -> this.failure);
	}

	/**
	 * Waits until a condition is met.
	 * @param expected what is awaited, for the message
	 * @return what is asked for at that moment
	 */
	<T> T await(String expected, Predicate<EventStreamParser> condition, Function<EventStreamParser, T> what) {
		this.lock.lock();
		try {
			if (!waitFor(() -> condition.test(this.parser), () -> this.ended)) {
				throw new AssertionError("Expected %s %s, but got %s".formatted(expected,
						this.ended ? "before the end" : "within " + this.timeout, this));
			}
			return what.apply(this.parser);
		}
		finally {
			this.lock.unlock();
		}
	}

	void awaitEnd() {
		this.lock.lock();
		try {
			if (!waitFor(() -> this.ended, () -> false)) {
				throw new AssertionError("Expected the end within %s, but got %s".formatted(this.timeout, this));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** With the lock held. Returns whether the condition is met. */
	private boolean waitFor(Check condition, Check hopeless) {
		long remaining = this.timeout.toNanos();
		try {
			while (!condition.isMet()) {
				if (remaining <= 0 || hopeless.isMet()) {
					return false;
				}
				remaining = this.change.awaitNanos(remaining);
			}
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted while waiting for an event stream", ex);
		}
	}

	Duration timeout() {
		return this.timeout;
	}

	@Override
	public String toString() {
		return get((parser) -> parser.events().size() + " events " + parser.events() + " in " + this.bytes.size()
				+ " bytes, "
				+ (this.ended ? "ended" + ((this.failure != null) ? " by " + this.failure : "") : "still open"));
	}

	/**
	 * A question about the state, asked with the lock held.
	 */
	@FunctionalInterface
	private interface Check {

		boolean isMet();

	}

}
