package io.eventsource.engine;

import io.eventsource.EventConnection;
import io.eventsource.EventSink;

/**
 * A client that takes bytes up to a number and keeps none.
 */
final class CountingSink implements EventSink {

	private volatile long limit;

	private volatile long taken;

	private volatile boolean complete;

	private EventConnection connection;

	CountingSink(long limit) {
		this.limit = limit;
	}

	void open(EventConnection connection) {
		this.connection = connection;
		if (this.limit > 0) {
			connection.writable();
		}
	}

	void takeEverything() {
		this.limit = Long.MAX_VALUE;
		this.connection.writable();
	}

	long taken() {
		return this.taken;
	}

	boolean isComplete() {
		return this.complete;
	}

	@Override
	public boolean isReady() {
		return this.taken < this.limit;
	}

	@Override
	public void write(byte[] bytes, int offset, int length) {
		this.taken += length;
	}

	@Override
	public void flush() {
		// Gone
	}

	@Override
	public void complete() {
		this.complete = true;
	}

}
