package io.eventsource.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;

import jakarta.servlet.ServletOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an HTTP/2 stream that a worker has deposited and that are to be passed on
 * to the container. Thread-safe; one thread at a time passes them on.
 */
final class Http2Buffer {

	private final Queue<ByteBuffer> pending = new ArrayDeque<>();

	private boolean unflushed;

	synchronized void write(byte[] bytes, int offset, int length) {
		this.pending.add(ByteBuffer.wrap(bytes, offset, length));
	}

	synchronized void flush() {
		this.unflushed = true;
	}

	synchronized void clear() {
		this.pending.clear();
	}

	/**
	 * Passes on the bytes.
	 * @param possible tells, after each write, whether the container accepts more
	 * @return whether all bytes have been passed on
	 */
	boolean passOn(ServletOutputStream output, BooleanSupplier possible) throws IOException {
		for (ByteBuffer next = next(); next != null; next = next()) {
			output.write(next.array(), next.position(), next.remaining());
			if (!possible.getAsBoolean()) {
				return false;
			}
		}
		if (takeUnflushed()) {
			output.flush();
			return possible.getAsBoolean();
		}
		return true;
	}

	private synchronized @Nullable ByteBuffer next() {
		return this.pending.poll();
	}

	private synchronized boolean takeUnflushed() {
		boolean taken = this.unflushed;
		this.unflushed = false;
		return taken;
	}

}
