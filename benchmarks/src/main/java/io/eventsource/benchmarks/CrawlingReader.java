package io.eventsource.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Reads a connection at a few bytes a second, and forgets what it reads.
 */
final class CrawlingReader {

	private static final Duration PAUSE = Duration.ofMillis(100);

	private final SocketChannel channel;

	private final ByteBuffer buffer;

	private long last = System.nanoTime();

	CrawlingReader(SocketChannel channel, int bytesPerSecond) {
		this.channel = channel;
		this.buffer = ByteBuffer.allocate((int) (bytesPerSecond * PAUSE.toMillis() / 1000));
	}

	/**
	 * Reads what is due.
	 * @return whether the connection is still there
	 */
	boolean read() {
		long now = System.nanoTime();
		if (now - this.last < PAUSE.toNanos() || !this.channel.isConnected()) {
			return true;
		}
		this.last = now;
		try {
			return this.channel.read(this.buffer.clear()) >= 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
