package io.eventsource.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A network between a browser and a server that can swallow everything without closing a
 * connection, as one does behind which a machine has vanished.
 */
final class SilentProxy implements AutoCloseable {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Set<Link> links = ConcurrentHashMap.newKeySet();

	private final ServerSocket server;

	private final int target;

	private volatile boolean silent;

	SilentProxy(int target) {
		this.target = target;
		try {
			this.server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.threads.execute(this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	/**
	 * Swallows what all connections carry from now on, and what new ones do.
	 */
	void fallSilent() {
		this.silent = true;
		this.links.forEach((link) -> link.dead = true);
	}

	/**
	 * Lets new connections through. Those that are dead remain so.
	 */
	void recover() {
		this.silent = false;
	}

	private void accept() {
		try {
			while (true) {
				Link link = new Link(this.server.accept(), new Socket(InetAddress.getLoopbackAddress(), this.target));
				this.links.add(link);
				link.dead = this.silent;
				this.threads.execute(() -> link.carry(link.browser, link.server));
				this.threads.execute(() -> link.carry(link.server, link.browser));
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		this.links.forEach(Link::close);
		this.threads.shutdownNow();
	}

	private static final class Link {

		private final Socket browser;

		private final Socket server;

		private volatile boolean dead;

		private Link(Socket browser, Socket server) {
			this.browser = browser;
			this.server = server;
		}

		private void carry(Socket from, Socket to) {
			byte[] bytes = new byte[8192];
			try {
				int count = from.getInputStream().read(bytes);
				while (count >= 0) {
					if (!this.dead) {
						to.getOutputStream().write(bytes, 0, count);
					}
					count = from.getInputStream().read(bytes);
				}
			}
			catch (IOException ex) {
				// One side has gone, and the other one follows
			}
			close();
		}

		private void close() {
			try (this.browser; this.server) {
				// Both of them
			}
			catch (IOException ex) {
				// Closed
			}
		}

	}

}
