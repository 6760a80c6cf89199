package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The output of one HTTP/2 stream on Tomcat. Tomcat's non-blocking output knows the
 * windows of HTTP/2, but not the socket: if nobody reads the socket, the writer waits. So
 * the worker only deposits bytes here, and a thread of the connection passes them on.
 * <p>
 * A stream that is completed while its window is shut would never end, neither for Tomcat
 * nor for the client. So its end waits until the window opens and, if that takes too
 * long, the stream is reset.
 */
final class Http2Output {

	private static final Log logger = LogFactory.getLog(Http2Output.class);

	private final Http2Outputs outputs;

	private final String connection;

	private final @Nullable Consumer<Throwable> reset;

	private final ServletOutputStream output;

	private final OutputListener owner;

	private final Http2Buffer buffer = new Http2Buffer();

	private final BooleanSupplier question = this::isPossible;

	private State state = State.READY;

	/** Whether the container has reported since it was last asked. */
	private boolean possible;

	/** How long the client may take for the rest, once the stream has ended. */
	private @Nullable Duration patience;

	@SuppressWarnings("unchecked")
	Http2Output(Http2Outputs outputs, HttpServletRequest request, ServletOutputStream output, OutputListener owner) {
		this.outputs = outputs;
		this.connection = request.getServletConnection().getConnectionId();
		this.reset = (Consumer<Throwable>) request.getAttribute(StreamRequests.RESET_ATTRIBUTE);
		this.output = output;
		this.owner = owner;
	}

	synchronized boolean isReady() {
		return this.state == State.READY;
	}

	void write(byte[] bytes, int offset, int length) {
		this.buffer.write(bytes, offset, length);
	}

	synchronized void flush() {
		this.buffer.flush();
		go();
	}

	private void go() {
		this.state = State.SENDING;
		this.outputs.execute(this.connection, this::send);
	}

	/**
	 * Called by the container whenever writing is possible, including the first time.
	 */
	void onWritePossible() {
		synchronized (this) {
			this.possible = true;
			if (this.state == State.FULL) {
				go();
			}
			if (this.state != State.READY) {
				return;
			}
		}
		this.owner.writable();
	}

	/**
	 * Passes on the deposited bytes as far as the window allows.
	 */
	private void send() {
		try {
			if (isPossible() && this.buffer.passOn(this.output, this.question)) {
				sent();
			}
		}
		catch (IOException | RuntimeException ex) {
			failed(ex);
		}
	}

	/**
	 * Asks the container. After a "no", the container reports on another thread when
	 * writing is possible, perhaps before this method has continued.
	 */
	private boolean isPossible() {
		while (true) {
			synchronized (this) {
				if (this.state == State.ENDED) {
					return false;
				}
				this.possible = false;
			}
			if (this.output.isReady()) {
				return true;
			}
			synchronized (this) {
				if (this.state == State.ENDED) {
					return false;
				}
				if (!this.possible) {
					this.state = State.FULL;
					if (this.patience != null) {
						this.outputs.linger(this, this.connection, this.patience);
					}
					return false;
				}
			}
		}
	}

	private void sent() {
		boolean ended;
		synchronized (this) {
			if (this.state == State.ENDED) {
				return;
			}
			ended = this.patience != null;
			this.state = State.READY;
			if (ended) {
				end();
			}
		}
		if (ended) {
			this.owner.completeAsync();
		}
		else {
			this.owner.writable();
		}
	}

	private void failed(Exception failure) {
		boolean ended;
		synchronized (this) {
			ended = this.patience != null;
			end();
		}
		if (ended) {
			this.owner.completeAsync();
		}
		else {
			this.owner.onError(failure);
		}
	}

	/**
	 * Ends the stream after the bytes that were written. Never blocks.
	 * @param patience how long the client may take for the rest; zero for no wait
	 */
	synchronized void complete(Duration patience) {
		this.patience = patience;
		if (patience.isZero()) {
			this.buffer.clear();
		}
		switch (this.state) {
			case READY -> go();
			case FULL -> this.outputs.linger(this, this.connection, patience);
			// It has failed
			case ENDED -> this.outputs.execute(this.connection, this.owner::completeAsync);
			case SENDING -> logger.trace("The stream ends after its last bytes have been sent");
		}
	}

	/**
	 * Resets the stream if its client still has no room.
	 */
	synchronized void giveUp() {
		if (this.state == State.FULL) {
			reset();
		}
	}

	/**
	 * Ends the stream, whatever is in progress. Never blocks.
	 */
	void abort() {
		this.outputs.execute(this.connection, (this.reset != null) ? this::reset : this.owner::completeAsync);
	}

	/**
	 * Resets the stream if there is a way to; otherwise it ends when its client has room.
	 * The lock is held so that the container does not reuse the request for another
	 * stream meanwhile; before that it calls {@link #gone()}.
	 */
	private synchronized void reset() {
		if (this.reset != null && this.state != State.ENDED) {
			end();
			this.reset.accept(new IOException("The stream has ended, but its client had no room for all of it"));
		}
	}

	/**
	 * Called by the container on one of its threads when the stream has failed, before
	 * its request is reused for another one.
	 */
	synchronized void gone() {
		end();
	}

	private void end() {
		this.state = State.ENDED;
		this.buffer.clear();
		this.outputs.remove(this);
	}

	/**
	 * What is in progress.
	 */
	private enum State {

		/** Nothing. */
		READY,

		/** Bytes are on their way to the container. */
		SENDING,

		/** The container will report when it accepts bytes again. */
		FULL,

		/** The output has ended. */
		ENDED

	}

}
