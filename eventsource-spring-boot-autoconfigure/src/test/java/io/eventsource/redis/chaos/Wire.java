package io.eventsource.redis.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * What connects an instance with Redis, and can fail in the ways of a network. What is
 * held is carried on when the wire is mended, as TCP does.
 */
final class Wire implements AutoCloseable {

	/** The first bytes of the command that makes a connection one for messages. */
	private static final String SUBSCRIBE = "SUBSCRIBE";

	private final ServerSocket listener;

	private final int target;

	private final Set<Link> links = ConcurrentHashMap.newKeySet();

	private State state = State.WHOLE;

	Wire(int target) throws IOException {
		this.target = target;
		this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		start(this::accept);
	}

	int port() {
		return this.listener.getLocalPort();
	}

	synchronized void set(State state) {
		this.state = state;
		notifyAll();
		if (state == State.CUT || state == State.MESSAGES_CUT) {
			this.links.stream().filter((link) -> state == State.CUT || link.messages).forEach(Link::close);
		}
	}

	private synchronized State state() {
		return this.state;
	}

	private void accept() throws IOException {
		while (true) {
			Socket near = this.listener.accept();
			if (state() == State.CUT) {
				near.close();
				continue;
			}
			Link link = new Link(near);
			this.links.add(link);
			start(link::open);
		}
	}

	private static void start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// The other end is gone
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}, "wire");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
		set(State.CUT);
	}

	/** How the wire is. */
	enum State {

		WHOLE,

		/** Nothing gets through, in both directions; connections can be opened. */
		BLACK_HOLE,

		/** Commands get to Redis, and replies do not get back. */
		HALF_OPEN,

		/** All takes a while. */
		SLOW,

		/** Connections are closed in the midst of replies. */
		CUT_IN_REPLY,

		/** Redis cannot be reached. */
		CUT,

		/** Messages do not get through, though commands do. */
		MESSAGES_HELD,

		/** Connections for messages were closed. */
		MESSAGES_CUT

	}

	/** What ends when a socket is closed. */
	private interface Task {

		void run() throws IOException, InterruptedException;

	}

	/** A connection. */
	private final class Link {

		private final Socket near;

		private final Socket far = new Socket();

		private volatile boolean messages;

		/** After how many bytes the connection is closed, if connections are. */
		private int left = ThreadLocalRandom.current().nextInt(1, 2000);

		private Link(Socket near) {
			this.near = near;
		}

		private void open() throws IOException {
			try {
				this.far.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), Wire.this.target));
				this.near.setTcpNoDelay(true);
				this.far.setTcpNoDelay(true);
				start(() -> pump(this.near, this.far, false));
				start(() -> pump(this.far, this.near, true));
			}
			catch (IOException ex) {
				close();
			}
		}

		private void pump(Socket from, Socket to, boolean reply) throws IOException, InterruptedException {
			try (from; to; InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
				byte[] buffer = new byte[8192];
				for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
					if (!reply && !this.messages) {
						this.messages = new String(buffer, 0, count, StandardCharsets.ISO_8859_1).contains(SUBSCRIBE);
					}
					int carried = awaitPassage(reply, count);
					out.write(buffer, 0, carried);
					if (carried < count) {
						return;
					}
				}
			}
			finally {
				Wire.this.links.remove(this);
			}
		}

		/** Returns how many bytes pass. */
		private int awaitPassage(boolean reply, int count) throws InterruptedException {
			synchronized (Wire.this) {
				while (isHeld(reply)) {
					Wire.this.wait();
				}
			}
			if (state() == State.SLOW) {
				TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(2, 40));
			}
			if (state() == State.CUT_IN_REPLY && reply) {
				int passing = Math.min(count, this.left);
				this.left -= passing;
				return passing;
			}
			return count;
		}

		private boolean isHeld(boolean reply) {
			return switch (Wire.this.state) {
				case BLACK_HOLE -> true;
				case HALF_OPEN -> reply;
				case MESSAGES_HELD -> reply && this.messages;
				default -> false;
			};
		}

		private void close() {
			try {
				this.near.close();
				this.far.close();
			}
			catch (IOException ex) {
				// It is closed then
			}
			Wire.this.links.remove(this);
		}

	}

}
