package io.eventsource.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * The channel of one client. It is taken out of Tomcat's objects, which belong to another
 * connection once this one is closed. One thread may write while another one reads.
 */
final class ClientChannel {

	/** What a client may send, though nobody reads it. */
	private static final int MAX_INPUT = 64 * 1024;

	private final SocketChannel channel;

	/** What the channel has not taken yet, of an array of the engine. */
	private @Nullable ByteBuffer rest;

	private int input;

	ClientChannel(SocketWrapperBase<?> wrapper) {
		this.channel = ((NioChannel) wrapper.getSocket()).getIOChannel();
	}

	/**
	 * Writes bytes, of which some may be left.
	 */
	void write(byte[] bytes, int offset, int length) throws IOException {
		this.rest = ByteBuffer.wrap(bytes, offset, length);
		writeRest();
	}

	/**
	 * Writes what is left, as far as the channel takes it.
	 * @return whether nothing is left
	 */
	boolean writeRest() throws IOException {
		ByteBuffer waiting = this.rest;
		if (waiting != null) {
			// An interrupt would close the channel
			Thread.interrupted();
			this.channel.write(waiting);
			this.rest = waiting.hasRemaining() ? waiting : null;
		}
		return this.rest == null;
	}

	boolean isWritten() {
		return this.rest == null;
	}

	/**
	 * Drops what the client has sent.
	 * @return whether it is still there, and has not sent too much
	 */
	boolean drop() throws IOException {
		int count = this.channel.read(ByteBuffer.allocate(1024));
		this.input += Math.max(count, 0);
		return count >= 0 && this.input <= MAX_INPUT;
	}

}
