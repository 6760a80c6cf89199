package io.eventsource.tomcat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.tomcat.util.net.SocketBufferHandler;
import org.jspecify.annotations.Nullable;

/**
 * Notices that buffers are made for a socket that was handed over, and fills those that
 * it had with what nobody has sent.
 */
final class PoisonedBuffers extends LeanBuffers {

	static final AtomicInteger dropped = new AtomicInteger();

	static final AtomicInteger late = new AtomicInteger();

	private volatile boolean handedOver;

	PoisonedBuffers(int readSize, int writeSize, boolean direct) {
		super(readSize, writeSize, direct);
	}

	@Override
	SocketBufferHandler create(int readSize, int writeSize, boolean direct) {
		if (this.handedOver) {
			late.incrementAndGet();
		}
		return super.create(readSize, writeSize, direct);
	}

	@Override
	synchronized @Nullable SocketBufferHandler drop() {
		SocketBufferHandler buffers = super.drop();
		this.handedOver = true;
		if (buffers != null) {
			dropped.incrementAndGet();
			poison(buffers.getReadBuffer());
			poison(buffers.getWriteBuffer());
		}
		return buffers;
	}

	private static void poison(ByteBuffer buffer) {
		Arrays.fill(buffer.array(), (byte) '#');
		buffer.clear();
	}

	/** Called when the objects are used for another connection. */
	@Override
	public void reset() {
		this.handedOver = false;
		super.reset();
	}

}
