package io.eventsource.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What connects an application with a server, and can be cut.
 */
final class Cable implements AutoCloseable {

	private final ServerSocket listener;

	private final int target;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile boolean cut;

	private Cable(int target) throws IOException {
		this.target = target;
		this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
	}

	static Cable to(int port) throws IOException {
		Cable cable = new Cable(port);
		start(cable::accept);
		return cable;
	}

	int port() {
		return this.listener.getLocalPort();
	}

	void cut() throws IOException {
		this.cut = true;
		closeAll();
	}

	void mend() {
		this.cut = false;
	}

	private void accept() throws IOException {
		while (true) {
			Socket near = this.listener.accept();
			this.sockets.add(near);
			if (this.cut) {
				near.close();
				continue;
			}
			Socket far = new Socket(InetAddress.getLoopbackAddress(), this.target);
			this.sockets.add(far);
			near.setTcpNoDelay(true);
			far.setTcpNoDelay(true);
			if (this.cut) {
				closeAll();
			}
			start(() -> pump(near, far));
			start(() -> pump(far, near));
		}
	}

	private void pump(Socket from, Socket to) throws IOException {
		try (from; to; InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
			in.transferTo(out);
		}
	}

	private void closeAll() throws IOException {
		for (Socket socket : this.sockets) {
			socket.close();
		}
		this.sockets.clear();
	}

	private static void start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// The other end is gone, or the cable is
			}
		});
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
		closeAll();
	}

	/** What ends when a socket is closed. */
	private interface Task {

		void run() throws IOException;

	}

}
