package io.eventsource.tomcat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.eventsource.web.ClientSocket;
import io.eventsource.web.SocketListener;
import jakarta.servlet.http.WebConnection;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * The socket of one client, which Tomcat has handed over. Tomcat's poller tells whether
 * the client has gone, or has room again; the engine writes straight to the channel.
 *
 * <pre>
 *  NEW ---> OPEN ---> LINGERING      the engine has written its last, and the client takes the rest
 *   |        |            |
 *   +--------+------------+--> CLOSING ---> CLOSED      by Tomcat, under its lock of the connection
 * </pre>
 *
 * Tomcat's threads do not close an open connection, unless Tomcat stops: they report that
 * the client has gone, and the engine closes it, after its last write.
 */
final class TomcatSocket implements ClientSocket, InternalHttpUpgradeHandler {

	private static final AtomicReferenceFieldUpdater<TomcatSocket, State> STATE = AtomicReferenceFieldUpdater
		.newUpdater(TomcatSocket.class, State.class, "state");

	private final SocketListener listener;

	private final AbstractProtocol<?> protocol;

	private volatile State state = State.NEW;

	private @Nullable SocketWrapperBase<?> wrapper;

	private @Nullable ClientChannel channel;

	/** When the client must have taken the rest. */
	private long deadline;

	/**
	 * Creates a socket that waits for its connection.
	 */
	TomcatSocket(SocketListener listener, AbstractProtocol<?> protocol) {
		this.listener = listener;
		this.protocol = protocol;
	}

	@Override
	public boolean isReady() {
		try {
			if (channel().writeRest()) {
				return true;
			}
			awaitRoom();
		}
		catch (IOException ex) {
			this.listener.gone();
		}
		return false;
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		channel().write(bytes, offset, length);
	}

	private ClientChannel channel() throws IOException {
		ClientChannel current = this.channel;
		if (current == null) {
			throw new IOException("There is no connection yet");
		}
		return current;
	}

	@Override
	public void close(Duration patience) {
		if (STATE.compareAndSet(this, State.NEW, State.CLOSING)) {
			return;
		}
		ClientChannel current = this.channel;
		if (current != null && !current.isWritten() && !patience.isZero()) {
			this.deadline = System.nanoTime() + patience.toNanos();
			if (STATE.compareAndSet(this, State.OPEN, State.LINGERING)) {
				awaitRoom();
			}
		}
		else if (STATE.compareAndSet(this, State.OPEN, State.CLOSING)) {
			disconnect();
		}
	}

	private void awaitRoom() {
		SocketWrapperBase<?> current = this.wrapper;
		if (current != null) {
			current.registerWriteInterest();
		}
	}

	/** Has Tomcat close the connection, on one of its threads and under its lock. */
	private void disconnect() {
		SocketWrapperBase<?> current = this.wrapper;
		if (current != null && !current.isClosed()) {
			current.processSocket(SocketEvent.DISCONNECT, true);
		}
	}

	@Override
	public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
		this.wrapper = wrapper;
		this.channel = new ClientChannel(wrapper);
		if (wrapper.getSocketBufferHandler() instanceof LeanBuffers buffers) {
			buffers.drop();
		}
	}

	@Override
	public void init(WebConnection connection) {
		if (STATE.compareAndSet(this, State.NEW, State.OPEN)) {
			this.listener.writable();
		}
	}

	@Override
	public SocketState upgradeDispatch(SocketEvent event) {
		if (this.state == State.CLOSING || event == SocketEvent.STOP) {
			return SocketState.CLOSED;
		}
		return switch (event) {
			case OPEN_READ -> read();
			case OPEN_WRITE -> writable();
			default -> leave();
		};
	}

	/** Most of all, reads the end of the input. */
	private SocketState read() {
		try {
			return channel().drop() ? SocketState.UPGRADED : leave();
		}
		catch (IOException ex) {
			return leave();
		}
	}

	private SocketState writable() {
		if (this.state != State.LINGERING) {
			this.listener.writable();
			return SocketState.UPGRADED;
		}
		try {
			if (channel().writeRest()) {
				return SocketState.CLOSED;
			}
			awaitRoom();
			return SocketState.UPGRADED;
		}
		catch (IOException ex) {
			return SocketState.CLOSED;
		}
	}

	/** The engine may be writing, so only it may end an open connection. */
	private SocketState leave() {
		if (this.state == State.LINGERING) {
			return SocketState.CLOSED;
		}
		this.listener.gone();
		return SocketState.ASYNC_IO;
	}

	/** Called once a second, also for a connection that was closed without notice. */
	@Override
	public void timeoutAsync(long now) {
		SocketWrapperBase<?> current = this.wrapper;
		if (current != null && current.isClosed()) {
			destroy();
			if (current.getCurrentProcessor() instanceof Processor processor) {
				this.protocol.removeWaitingProcessor(processor);
			}
			return;
		}
		if (this.state == State.LINGERING && System.nanoTime() - this.deadline >= 0) {
			STATE.compareAndSet(this, State.LINGERING, State.CLOSING);
		}
		if (this.state == State.CLOSING) {
			// Again, if Tomcat had no thread for that
			disconnect();
		}
	}

	@Override
	public void destroy() {
		if (STATE.getAndSet(this, State.CLOSED) != State.CLOSED) {
			this.listener.closed();
		}
	}

	@Override
	public void setSslSupport(@Nullable SSLSupport sslSupport) {
		// There is none
	}

	@Override
	public void pause() {
		// The engine sends the clients away
	}

	/**
	 * What may be done with the connection.
	 */
	private enum State {

		/** It is still with Tomcat's HTTP processor. */
		NEW,

		/** The engine writes. */
		OPEN,

		/** The client takes the rest, which Tomcat's threads write. */
		LINGERING,

		/** Tomcat was told to close it. */
		CLOSING,

		/** Tomcat has closed it. */
		CLOSED

	}

}
