package io.eventsource.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Many clients of one stream that one thread reads for, each as fast as it can or at a
 * pace of its own. What they count costs little: of each event, the number behind
 * {@code data: }, which must be one more than that before.
 */
final class ReaderCrowd implements AutoCloseable, Runnable {

	private static final byte[] MARK = "data: ".getBytes(StandardCharsets.ISO_8859_1);

	private final int port;

	private final String path;

	private final Selector selector;

	private final List<Reader> readers = new ArrayList<>();

	private final Thread thread = new Thread(this, "reader-crowd");

	private volatile boolean over;

	ReaderCrowd(int port, String path) throws IOException {
		this.port = port;
		this.path = path;
		this.selector = Selector.open();
	}

	/**
	 * Connects clients that read as fast as they can.
	 */
	List<Reader> add(int count) throws IOException {
		return add(count, Long.MAX_VALUE);
	}

	/**
	 * Connects clients.
	 * @param bytesPerSecond what each of them reads; zero for nothing
	 */
	List<Reader> add(int count, long bytesPerSecond) throws IOException {
		List<Reader> added = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			SocketChannel channel = SocketChannel.open();
			if (bytesPerSecond != Long.MAX_VALUE) {
				channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
			}
			channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
			channel.write(ByteBuffer.wrap(("GET " + this.path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
				.getBytes(StandardCharsets.ISO_8859_1)));
			channel.configureBlocking(false);
			Reader reader = new Reader(channel, bytesPerSecond);
			if (bytesPerSecond == Long.MAX_VALUE) {
				channel.register(this.selector, SelectionKey.OP_READ, reader);
			}
			added.add(reader);
		}
		this.readers.addAll(added);
		return added;
	}

	/**
	 * Begins to read.
	 */
	void start() {
		this.thread.start();
	}

	@Override
	public void run() {
		try {
			ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
			List<Reader> slow = this.readers.stream().filter((reader) -> reader.rate != Long.MAX_VALUE).toList();
			while (!this.over) {
				this.selector.select((key) -> ((Reader) key.attachment()).read(buffer, buffer.capacity()),
						slow.isEmpty() ? 20 : 1);
				slow.forEach((reader) -> reader.readSlowly(buffer));
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() throws Exception {
		this.over = true;
		this.thread.join(TimeUnit.SECONDS.toMillis(10));
		for (Reader reader : this.readers) {
			reader.channel.close();
		}
		this.selector.close();
	}

	/**
	 * One client.
	 */
	static final class Reader {

		private final SocketChannel channel;

		private volatile long rate;

		private final long begun = System.nanoTime();

		private long bytes;

		/** How many bytes of the end of the header, and of a chunk, were seen. */
		private int header;

		private int chunk;

		private boolean sizing;

		private int matched;

		private boolean counting;

		private int number;

		private volatile int next;

		private volatile long arrival;

		private volatile long slowest;

		private volatile String failure;

		Reader(SocketChannel channel, long rate) {
			this.channel = channel;
			this.rate = rate;
		}

		/**
		 * Reads as fast as it can from now on, through a window that is no longer small.
		 */
		void readOn() throws IOException {
			this.channel.setOption(StandardSocketOptions.SO_RCVBUF, 256 * 1024);
			this.rate = Integer.MAX_VALUE;
		}

		/**
		 * How many events the client has, without a gap.
		 */
		int count() {
			return this.next;
		}

		/**
		 * The longest pause between two arrivals, in milliseconds.
		 */
		long longestPause() {
			return TimeUnit.NANOSECONDS.toMillis(this.slowest);
		}

		/**
		 * Why the client has got no more, or {@code null} while all is well.
		 */
		String failure() {
			return this.failure;
		}

		private void readSlowly(ByteBuffer buffer) {
			long due = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.begun) * this.rate / 1000 - this.bytes;
			if (due > 0) {
				read(buffer, (int) Math.min(due, buffer.capacity()));
			}
		}

		private void read(ByteBuffer buffer, int most) {
			try {
				buffer.clear().limit(most);
				int count = this.channel.read(buffer);
				if (count < 0) {
					fail("The connection has ended after " + this.next);
					return;
				}
				if (count == 0) {
					return;
				}
				this.bytes += count;
				long now = System.nanoTime();
				if (this.arrival != 0) {
					this.slowest = Math.max(this.slowest, now - this.arrival);
				}
				this.arrival = now;
				buffer.flip();
				while (buffer.hasRemaining()) {
					decode(buffer.get());
				}
			}
			catch (IOException ex) {
				fail("The connection was cut after " + this.next + ": " + ex);
			}
		}

		/** Chunks may begin and end anywhere. */
		private void decode(byte b) {
			if (this.header < 4) {
				this.header = (b == "\r\n\r\n".charAt(this.header)) ? this.header + 1 : 0;
				this.sizing = true;
			}
			else if (this.sizing) {
				if (b == '\n') {
					this.sizing = this.chunk == 0;
				}
				else if (b != '\r') {
					this.chunk = this.chunk * 16 + Character.digit(b, 16);
				}
			}
			else {
				take(b);
				this.chunk--;
				this.sizing = this.chunk == 0;
			}
		}

		private void take(byte b) {
			if (this.counting) {
				if (b >= '0' && b <= '9') {
					this.number = this.number * 10 + b - '0';
				}
				else {
					this.counting = false;
					if (this.number != this.next) {
						fail("Event " + this.number + " follows " + (this.next - 1));
					}
					this.next = this.number + 1;
				}
			}
			else if (b == MARK[this.matched]) {
				this.matched++;
				if (this.matched == MARK.length) {
					this.matched = 0;
					this.counting = true;
					this.number = 0;
				}
			}
			else {
				this.matched = (b == MARK[0]) ? 1 : 0;
			}
		}

		private void fail(String message) {
			if (this.failure == null) {
				this.failure = message;
			}
			try {
				this.channel.close();
			}
			catch (IOException ex) {
				this.failure += "; " + ex;
			}
		}

	}

}
