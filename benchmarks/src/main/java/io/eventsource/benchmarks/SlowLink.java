package io.eventsource.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A way to a server on this machine that takes a time in each direction, as a network
 * does: what is sent arrives later, and as much at once as was sent.
 */
final class SlowLink implements AutoCloseable {

	private static final int BUFFER = 64 * 1024;

	private final ServerSocket listener;

	private final int target;

	private final long delay;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private SlowLink(ServerSocket listener, int target, long delay) {
		this.listener = listener;
		this.target = target;
		this.delay = delay;
	}

	/**
	 * Makes a link.
	 * @param target the port of the server
	 * @param delay the time for one direction, in nanoseconds
	 */
	static SlowLink to(int target, long delay) throws IOException {
		SlowLink link = new SlowLink(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target, delay);
		start(link::accept);
		return link;
	}

	int port() {
		return this.listener.getLocalPort();
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task, "slow-link");
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() {
		try {
			while (true) {
				Socket near = this.listener.accept();
				Socket far = new Socket(InetAddress.getLoopbackAddress(), this.target);
				for (Socket socket : new Socket[] { near, far }) {
					socket.setTcpNoDelay(true);
					this.sockets.add(socket);
				}
				carry(near, far);
				carry(far, near);
			}
		}
		catch (IOException ex) {
			// The link is closed
		}
	}

	private void carry(Socket from, Socket to) {
		BlockingQueue<Chunk> chunks = new LinkedBlockingQueue<>();
		start(() -> read(from, chunks));
		start(() -> write(to, chunks));
	}

	private void read(Socket from, BlockingQueue<Chunk> chunks) {
		byte[] buffer = new byte[BUFFER];
		try (InputStream input = from.getInputStream()) {
			for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
				chunks.add(new Chunk(Arrays.copyOf(buffer, length), System.nanoTime() + this.delay));
			}
		}
		catch (IOException ex) {
			// The other end learns of it
		}
		chunks.add(new Chunk(new byte[0], System.nanoTime() + this.delay));
	}

	private static void write(Socket to, BlockingQueue<Chunk> chunks) {
		try (to; OutputStream output = to.getOutputStream()) {
			for (Chunk chunk = chunks.take(); chunk.bytes().length > 0; chunk = chunks.take()) {
				for (long left = chunk.due() - System.nanoTime(); left > 0; left = chunk.due() - System.nanoTime()) {
					LockSupport.parkNanos(left);
				}
				output.write(chunk.bytes());
			}
		}
		catch (IOException ex) {
			// Its own end learns of it
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	/**
	 * What was sent at once; nothing at the end.
	 *
	 * @param bytes the bytes
	 * @param due when they arrive, by the clock of the JVM
	 */
	private record Chunk(byte[] bytes, long due) {

	}

}
