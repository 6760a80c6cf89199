package io.eventsource.engine.delivery;

import java.nio.charset.StandardCharsets;

import io.eventsource.EventSink;

/**
 * Takes everything as long as it is ready, and counts how often it is completed.
 */
class CollectingSink implements EventSink {

	private volatile boolean ready;

	private String written = "";

	private volatile int completions;

	CollectingSink(boolean ready) {
		this.ready = ready;
	}

	String written() {
		return this.written;
	}

	int completions() {
		return this.completions;
	}

	@Override
	public boolean isReady() {
		return this.ready;
	}

	@Override
	public void write(byte[] bytes, int offset, int length) {
		this.written += new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
	}

	@Override
	public void flush() {
		// Nothing is held back
	}

	@Override
	public void complete() {
		this.completions++;
	}

}
