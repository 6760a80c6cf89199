package io.eventsource.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import org.jspecify.annotations.Nullable;

/**
 * The client end of a connection without a network: takes bytes while the test lets it,
 * reads what was flushed as a browser would, and records every breach of the contract of
 * {@link EventSink}.
 */
public class RecordingSink implements EventSink {

	private final EventStreamReader reader = new EventStreamReader();

	private final ByteArrayOutputStream unflushed = new ByteArrayOutputStream();

	private final List<Integer> writes = new ArrayList<>();

	private final List<String> violations = new ArrayList<>();

	private int flushes;

	private int completions;

	/** Until how many bytes in all the sink says that it is ready. */
	private long limit;

	private long taken;

	/** Whether the sink has said that the next write or flush will not block. */
	private boolean permitted;

	private @Nullable Step broken;

	private @Nullable Exception failure;

	private @Nullable EventConnection connection;

	/**
	 * Makes a sink that takes bytes up to the one that reaches the limit.
	 */
	public RecordingSink(long limit) {
		this.limit = limit;
	}

	/**
	 * Begins, as a transport does: the first "writable" comes after the engine knows the
	 * connection.
	 */
	public void open(EventConnection connection) {
		synchronized (this) {
			this.connection = connection;
		}
		if (takesMore()) {
			connection.writable();
		}
	}

	public synchronized EventConnection connection() {
		if (this.connection == null) {
			throw new IllegalStateException("Not open");
		}
		return this.connection;
	}

	/**
	 * Lets the sink take any number of bytes from now on.
	 */
	public void ready() {
		ready(Long.MAX_VALUE);
	}

	/**
	 * Lets the sink take more, up to the byte that reaches the number.
	 */
	public void ready(long bytes) {
		synchronized (this) {
			this.limit = (bytes == Long.MAX_VALUE) ? bytes : this.taken + bytes;
		}
		connection().writable();
	}

	/**
	 * Makes the sink full.
	 */
	public synchronized void block() {
		this.limit = 0;
	}

	private synchronized boolean takesMore() {
		return this.taken < this.limit;
	}

	/**
	 * Lets each further step of a kind fail.
	 */
	public synchronized void breakAt(Step step, Exception failure) {
		this.broken = step;
		this.failure = failure;
	}

	@Override
	public boolean isReady() {
		boolean ready;
		synchronized (this) {
			check("isReady");
			failRuntime(Step.IS_READY);
			this.permitted = takesMore();
			ready = this.permitted;
		}
		return ready;
	}

	@Override
	public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
		spendPermission("write");
		fail(Step.WRITE);
		this.unflushed.write(bytes, offset, length);
		this.writes.add(length);
		this.taken += length;
	}

	@Override
	public synchronized void flush() throws IOException {
		spendPermission("flush");
		fail(Step.FLUSH);
		this.flushes++;
		this.reader.feed(this.unflushed.toByteArray());
		this.unflushed.reset();
	}

	@Override
	public synchronized void complete() {
		checkThread("complete");
		this.completions++;
		if (this.completions > 1) {
			this.violations.add("complete was called again");
		}
		failRuntime(Step.COMPLETE);
	}

	/**
	 * Lets a part of what was not flushed reach the client all the same, as it may when a
	 * connection breaks.
	 */
	public synchronized void leak(double fraction) {
		byte[] bytes = this.unflushed.toByteArray();
		this.reader.feed(bytes, 0, (int) (bytes.length * fraction));
		this.unflushed.reset();
	}

	private void spendPermission(String call) {
		check(call);
		if (!this.permitted) {
			this.violations.add(call + " without a yes of isReady");
		}
		this.permitted = false;
	}

	private void check(String call) {
		checkThread(call);
		if (this.completions > 0) {
			this.violations.add(call + " after complete");
		}
		if (this.connection == null) {
			this.violations.add(call + " before the first writable");
		}
	}

	private void checkThread(String call) {
		String thread = Thread.currentThread().getName();
		if (!thread.startsWith("eventsource-dispatch-")) {
			this.violations.add(call + " on thread " + thread);
		}
	}

	private void fail(Step step) throws IOException {
		if (this.broken == step && this.failure instanceof IOException ex) {
			throw ex;
		}
		failRuntime(step);
	}

	private void failRuntime(Step step) {
		if (this.broken == step && this.failure instanceof RuntimeException ex) {
			throw ex;
		}
	}

	/**
	 * The events that a browser would have dispatched.
	 */
	public List<Received> events() {
		return this.reader.events();
	}

	/**
	 * The data of these events.
	 */
	public List<String> data() {
		return this.reader.events().stream().map(Received::data).toList();
	}

	public String lastEventId() {
		return this.reader.lastEventId();
	}

	public @Nullable Duration reconnectionTime() {
		return this.reader.reconnectionTime();
	}

	public List<String> comments() {
		return this.reader.comments();
	}

	/**
	 * The sizes of the writes.
	 */
	public synchronized List<Integer> writes() {
		return List.copyOf(this.writes);
	}

	public synchronized int flushes() {
		return this.flushes;
	}

	public synchronized int completions() {
		return this.completions;
	}

	/**
	 * How many bytes it has taken.
	 */
	public synchronized long taken() {
		return this.taken;
	}

	/**
	 * Whether it takes no more until it is told to.
	 */
	public boolean isFull() {
		return !takesMore();
	}

	public boolean isComplete() {
		return completions() > 0;
	}

	public synchronized List<String> violations() {
		return List.copyOf(this.violations);
	}

	/**
	 * What the engine calls.
	 */
	public enum Step {

		IS_READY, WRITE, FLUSH, COMPLETE

	}

}
