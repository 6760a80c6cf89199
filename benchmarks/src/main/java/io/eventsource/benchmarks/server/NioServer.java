package io.eventsource.benchmarks.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The floor: what it takes to write each event to each client once, or all events
 * together that there are by then. One thread, events encoded once, no HTTP to speak of.
 */
final class NioServer implements StreamServer {

	private static final ByteBuffer HEADERS = buffer("""
			HTTP/1.1 200 OK\r
			Content-Type: text/event-stream\r
			Transfer-Encoding: chunked\r
			\r
			""");

	/** How many events a client may lag before it is disconnected. */
	private static final int CAPACITY = 65_536;

	/** How many events wait for the server's thread at most. */
	private static final int QUEUE = 1024;

	/** How many bytes are written together at most. */
	private static final int BATCH = 65_536;

	private final boolean together;

	private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH);

	private final Selector selector = Selector.open();

	private final ServerSocketChannel acceptor = ServerSocketChannel.open();

	private final BlockingQueue<ByteBuffer> published = new ArrayBlockingQueue<>(QUEUE);

	private final ByteBuffer[] ring = new ByteBuffer[CAPACITY];

	private final List<Client> clients = new ArrayList<>();

	private volatile int count;

	private long tail;

	/**
	 * Starts the server.
	 * @param together whether events are written together, of which there are several
	 */
	NioServer(boolean together) throws IOException {
		this.together = together;
		this.acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
		this.acceptor.configureBlocking(false);
		this.acceptor.register(this.selector, SelectionKey.OP_ACCEPT);
		Thread thread = new Thread(this::run, "floor");
		thread.setDaemon(true);
		thread.start();
	}

	private static ByteBuffer buffer(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
		// Written without being copied
		return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
	}

	@Override
	public int port() {
		return this.acceptor.socket().getLocalPort();
	}

	@Override
	public int clients() {
		return this.count;
	}

	@Override
	public void publish(String id, String data) throws InterruptedException {
		String event = "id: " + id + "\ndata: " + data + "\n\n";
		this.published.put(buffer(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n"));
		this.selector.wakeup();
	}

	private void run() {
		try {
			while (true) {
				this.selector.select(this::handle);
				while (append()) {
					for (int i = this.clients.size() - 1; i >= 0; i--) {
						this.clients.get(i).appended();
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Appends what was published, or only the first event of it.
	 * @return whether there was any
	 */
	private boolean append() {
		long before = this.tail;
		int limit = this.together ? QUEUE : 1;
		for (int i = 0; i < limit; i++) {
			ByteBuffer event = this.published.poll();
			if (event == null) {
				break;
			}
			this.ring[(int) (this.tail % CAPACITY)] = event;
			this.tail++;
		}
		return this.tail > before;
	}

	private ByteBuffer event(long number) {
		return this.ring[(int) (number % CAPACITY)];
	}

	private void handle(SelectionKey key) {
		try {
			if (key.isAcceptable()) {
				accept();
			}
			else if (key.attachment() instanceof Client client) {
				client.handle();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept() throws IOException {
		for (SocketChannel channel = this.acceptor.accept(); channel != null; channel = this.acceptor.accept()) {
			channel.configureBlocking(false);
			SelectionKey key = channel.register(this.selector, SelectionKey.OP_READ);
			key.attach(new Client(channel, key));
		}
	}

	/**
	 * One connection.
	 */
	private final class Client {

		private final SocketChannel channel;

		private final SelectionKey key;

		private final ByteBuffer request = ByteBuffer.allocate(1024);

		private boolean open;

		/** The number of the next event, and how much of it was written. */
		private long position;

		private int offset;

		Client(SocketChannel channel, SelectionKey key) {
			this.channel = channel;
			this.key = key;
		}

		void handle() {
			try {
				if (this.key.isReadable()) {
					read();
				}
				if (this.key.isValid() && this.key.isWritable()) {
					this.key.interestOps(SelectionKey.OP_READ);
					write();
				}
			}
			catch (IOException ex) {
				close();
			}
		}

		private void read() throws IOException {
			int count = this.channel.read(this.request);
			String text = new String(this.request.array(), 0, this.request.position(), StandardCharsets.US_ASCII);
			if (count < 0) {
				close();
			}
			else if (!this.open && text.endsWith("\r\n\r\n")) {
				this.request.clear();
				this.open = true;
				this.channel.write(HEADERS.duplicate());
				this.position = NioServer.this.tail;
				NioServer.this.clients.add(this);
				NioServer.this.count++;
			}
		}

		void appended() {
			try {
				if (NioServer.this.tail - this.position > CAPACITY) {
					close();
				}
				else if ((this.key.interestOps() & SelectionKey.OP_WRITE) == 0) {
					write();
				}
			}
			catch (IOException ex) {
				close();
			}
		}

		private void write() throws IOException {
			while (this.position < NioServer.this.tail) {
				ByteBuffer bytes = next();
				skip(this.channel.write(bytes));
				if (bytes.hasRemaining()) {
					this.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
					return;
				}
			}
		}

		/** The next event, or as many as are written together. */
		private ByteBuffer next() {
			if (!NioServer.this.together) {
				return event(this.position).position(this.offset);
			}
			ByteBuffer batch = NioServer.this.batch.clear();
			int start = this.offset;
			for (long i = this.position; i < NioServer.this.tail && batch.hasRemaining(); i++) {
				ByteBuffer event = event(i);
				int length = Math.min(event.limit() - start, batch.remaining());
				batch.put(batch.position(), event, start, length).position(batch.position() + length);
				start = 0;
			}
			return batch.flip();
		}

		private void skip(int written) {
			this.offset += written;
			while (this.position < NioServer.this.tail && this.offset >= event(this.position).limit()) {
				this.offset -= event(this.position).limit();
				this.position++;
			}
		}

		private void close() {
			if (NioServer.this.clients.remove(this)) {
				NioServer.this.count--;
			}
			this.key.cancel();
			try {
				this.channel.close();
			}
			catch (IOException ex) {
				// It has gone
			}
		}

	}

}
