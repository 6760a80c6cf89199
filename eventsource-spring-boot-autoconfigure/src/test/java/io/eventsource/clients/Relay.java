package io.eventsource.clients;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between clients and a server, which can break.
 */
final class Relay implements AutoCloseable {

	private final ServerSocket listener;

	private final int server;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile boolean broken;

	private Relay(ServerSocket listener, int server) {
		this.listener = listener;
		this.server = server;
	}

	/**
	 * Relays to a port of this machine.
	 */
	static Relay to(int server) throws IOException {
		Relay relay = new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server);
		relay.run(relay::accept);
		return relay;
	}

	URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.listener.getLocalPort() + path);
	}

	/**
	 * Cuts all connections, in the middle of whatever they were transmitting.
	 */
	void cut() {
		this.sockets.forEach(Relay::reset);
	}

	/**
	 * Cuts each new connection until it is mended.
	 */
	void refuse() {
		this.broken = true;
	}

	/**
	 * Cuts all connections, and each new one too until it is mended.
	 */
	void breakDown() {
		this.broken = true;
		cut();
	}

	void mend() {
		this.broken = false;
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			this.sockets.add(client);
			if (this.broken) {
				reset(client);
			}
			else {
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.server);
				this.sockets.add(server);
				run(() -> copy(client, server));
				run(() -> copy(server, client));
			}
		}
	}

	private void copy(Socket from, Socket to) throws IOException {
		try (from; to) {
			byte[] buffer = new byte[8192];
			for (int length = from.getInputStream().read(buffer); length >= 0; length = from.getInputStream()
				.read(buffer)) {
				to.getOutputStream().write(buffer, 0, length);
			}
		}
		finally {
			this.sockets.remove(from);
			this.sockets.remove(to);
		}
	}

	private static void reset(Socket socket) {
		try {
			socket.setSoLinger(true, 0);
			socket.close();
		}
		catch (IOException ex) {
			// Closed already
		}
	}

	private void run(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// Cut, or closed
			}
		}, "relay");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		breakDown();
	}

	private interface Task {

		void run() throws IOException;

	}

}
