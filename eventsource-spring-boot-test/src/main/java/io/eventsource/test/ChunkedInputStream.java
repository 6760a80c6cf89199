package io.eventsource.test;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body in chunks (RFC 9112, section 7.1). An end before the last chunk is a failure.
 */
final class ChunkedInputStream extends BodyInputStream {

	private final InputStream input;

	private long rest;

	private boolean first = true;

	private boolean ended;

	ChunkedInputStream(InputStream input) {
		this.input = input;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		if (this.rest == 0 && !this.ended) {
			beginChunk();
		}
		if (this.ended) {
			return -1;
		}
		int count = this.input.read(target, offset, (int) Math.min(length, this.rest));
		if (count < 0) {
			throw new EOFException("The connection ended within a chunk, %d bytes before its end".formatted(this.rest));
		}
		this.rest -= count;
		return count;
	}

	private void beginChunk() throws IOException {
		if (!this.first && !SocketExchange.line(this.input).isEmpty()) {
			throw new IOException("A chunk is longer than it says");
		}
		this.first = false;
		String size = SocketExchange.line(this.input).split(";", 2)[0].strip();
		try {
			this.rest = Long.parseLong(size, 16);
		}
		catch (NumberFormatException ex) {
			throw new IOException("Not the size of a chunk: " + size, ex);
		}
		if (this.rest == 0) {
			this.ended = true;
			skipTrailers();
		}
	}

	private void skipTrailers() throws IOException {
		String line = SocketExchange.line(this.input);
		while (!line.isEmpty()) {
			line = SocketExchange.line(this.input);
		}
	}

}
