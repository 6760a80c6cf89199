package io.eventsource.tomcat;

import java.nio.ByteBuffer;

import org.apache.tomcat.util.net.SocketBufferHandler;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one socket, which are made when they are first used, and can be dropped.
 * Thread-safe as far as Tomcat's are: one thread may read while another writes.
 */
class LeanBuffers extends SocketBufferHandler {

	private final int readSize;

	private final int writeSize;

	private final boolean direct;

	private volatile @Nullable SocketBufferHandler buffers;

	LeanBuffers(int readSize, int writeSize, boolean direct) {
		super(0, 0, false);
		this.readSize = readSize;
		this.writeSize = writeSize;
		this.direct = direct;
	}

	private SocketBufferHandler buffers() {
		SocketBufferHandler current = this.buffers;
		return (current != null) ? current : make();
	}

	private synchronized SocketBufferHandler make() {
		SocketBufferHandler current = this.buffers;
		if (current == null) {
			current = create(this.readSize, this.writeSize, this.direct);
			this.buffers = current;
		}
		return current;
	}

	/**
	 * Creates the buffers themselves.
	 */
	SocketBufferHandler create(int readSize, int writeSize, boolean direct) {
		return new SocketBufferHandler(readSize, writeSize, direct);
	}

	/**
	 * Drops the buffers, and what is in them.
	 * @return what was dropped, or {@code null} if there were none
	 */
	synchronized @Nullable SocketBufferHandler drop() {
		SocketBufferHandler current = this.buffers;
		this.buffers = null;
		return current;
	}

	@Override
	public void configureReadBufferForWrite() {
		buffers().configureReadBufferForWrite();
	}

	@Override
	public void configureReadBufferForRead() {
		buffers().configureReadBufferForRead();
	}

	@Override
	public ByteBuffer getReadBuffer() {
		return buffers().getReadBuffer();
	}

	@Override
	public boolean isReadBufferEmpty() {
		SocketBufferHandler current = this.buffers;
		return current == null || current.isReadBufferEmpty();
	}

	@Override
	public void unReadReadBuffer(ByteBuffer returnedData) {
		buffers().unReadReadBuffer(returnedData);
	}

	@Override
	public void configureWriteBufferForWrite() {
		buffers().configureWriteBufferForWrite();
	}

	@Override
	public void configureWriteBufferForRead() {
		buffers().configureWriteBufferForRead();
	}

	@Override
	public boolean isWriteBufferWritable() {
		SocketBufferHandler current = this.buffers;
		return current == null || current.isWriteBufferWritable();
	}

	@Override
	public ByteBuffer getWriteBuffer() {
		return buffers().getWriteBuffer();
	}

	@Override
	public boolean isWriteBufferEmpty() {
		SocketBufferHandler current = this.buffers;
		return current == null || current.isWriteBufferEmpty();
	}

	@Override
	public void reset() {
		SocketBufferHandler current = this.buffers;
		if (current != null) {
			current.reset();
		}
	}

	@Override
	public void expand(int newSize) {
		buffers().expand(newSize);
	}

	@Override
	public void free() {
		SocketBufferHandler current = drop();
		if (current != null) {
			current.free();
		}
	}

}
