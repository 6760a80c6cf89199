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
 * The floor: what it takes to write each event to each client once. One thread, events
 * encoded once, no HTTP to speak of.
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

	private final Selector selector = Selector.open();

	private final ServerSocketChannel acceptor = ServerSocketChannel.open();

	private final BlockingQueue<ByteBuffer> published = new ArrayBlockingQueue<>(1024);

	private final ByteBuffer[] ring = new ByteBuffer[CAPACITY];

	private final List<Client> clients = new ArrayList<>();

	private volatile int count;

	private long tail;

	NioServer() throws IOException {
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
				for (ByteBuffer event = this.published.poll(); event != null; event = this.published.poll()) {
					this.ring[(int) (this.tail % CAPACITY)] = event;
					this.tail++;
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
				ByteBuffer event = NioServer.this.ring[(int) (this.position % CAPACITY)];
				this.channel.write(event.position(this.offset));
				if (event.hasRemaining()) {
					this.offset = event.position();
					this.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
					return;
				}
				this.offset = 0;
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
