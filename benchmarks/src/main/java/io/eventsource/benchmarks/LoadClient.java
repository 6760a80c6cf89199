package io.eventsource.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Thousands of clients of one server, on the thread that calls.
 */
final class LoadClient implements AutoCloseable {

	private static final int BUFFER = 256 * 1024;

	private static final int POOR_LINK = 16 * 1024;

	private final Selector selector;

	private final InetSocketAddress server;

	private final Tally tally = new Tally();

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

	private final byte[] bytes = new byte[BUFFER];

	private final Set<Connection> connections = new HashSet<>();

	private final List<CrawlingReader> crawling = new ArrayList<>();

	private int connecting;

	private int lost;

	LoadClient(int port) throws IOException {
		this.selector = Selector.open();
		this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
	}

	/**
	 * Starts to connect a client.
	 * @param lastEventId the event to go on behind; empty for none
	 * @param reading whether it ever reads what it gets
	 */
	Connection open(String lastEventId, boolean reading) throws IOException {
		return open("", lastEventId, reading);
	}

	/**
	 * Starts to connect a client of one of several streams.
	 * @param path where the stream is, below the path of all
	 */
	Connection open(String path, String lastEventId, boolean reading) throws IOException {
		SocketChannel channel = SocketChannel.open();
		return connect(channel, new Connection(channel, ResponseReader.request(path, lastEventId), reading));
	}

	/**
	 * Starts to connect a client over a poor link, whose events and end are not counted.
	 * @param bytesPerSecond what it reads
	 */
	void openCrawling(int bytesPerSecond) throws IOException {
		SocketChannel channel = SocketChannel.open();
		channel.setOption(StandardSocketOptions.SO_RCVBUF, POOR_LINK);
		this.crawling.add(new CrawlingReader(
				connect(channel, new Connection(channel, ResponseReader.request("", ""), false)).channel,
				bytesPerSecond));
	}

	private Connection connect(SocketChannel channel, Connection connection) throws IOException {
		channel.configureBlocking(false);
		this.connections.add(connection);
		this.connecting++;
		channel.connect(this.server);
		channel.register(this.selector, SelectionKey.OP_CONNECT, connection);
		return connection;
	}

	/**
	 * Serves the clients until the condition holds.
	 * @param patience how long to wait without an event or a connection
	 * @return whether the condition holds; {@code false} if the patience was at an end
	 */
	boolean runUntil(BooleanSupplier condition, Duration patience) {
		long progress = -1;
		long since = System.nanoTime();
		while (!condition.getAsBoolean()) {
			long now = System.nanoTime();
			long events = this.tally.events() - this.connecting;
			if (events != progress) {
				progress = events;
				since = now;
			}
			else if (now - since > patience.toNanos()) {
				return false;
			}
			pass(1);
		}
		return true;
	}

	/**
	 * Serves the clients that have something to be done for.
	 * @param wait how many milliseconds to wait if none has; 0 for not at all
	 */
	void pass(long wait) {
		try {
			if (wait > 0) {
				this.selector.select(this::handle, wait);
			}
			else {
				this.selector.selectNow(this::handle);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.crawling.removeIf((reader) -> !reader.read());
	}

	private void handle(SelectionKey key) {
		Connection connection = (Connection) key.attachment();
		try {
			if (key.isConnectable()) {
				this.connecting--;
				connection.channel.finishConnect();
				connection.channel.write(connection.request);
				key.interestOps(connection.reading ? SelectionKey.OP_READ : 0);
			}
			else if (key.isReadable()) {
				read(connection);
			}
		}
		catch (IOException ex) {
			lose(connection);
		}
	}

	private void read(Connection connection) throws IOException {
		this.buffer.clear();
		int length = connection.channel.read(this.buffer);
		if (length < 0) {
			lose(connection);
			return;
		}
		long now = System.nanoTime();
		this.buffer.flip().get(this.bytes, 0, length);
		connection.reader.read(this.bytes, length, now);
	}

	private void lose(Connection connection) {
		this.lost++;
		connection.close();
	}

	/**
	 * What all clients have got together.
	 */
	Tally tally() {
		return this.tally;
	}

	/**
	 * How many clients have yet to be connected.
	 */
	int connecting() {
		return this.connecting;
	}

	/**
	 * How many clients have lost their connection.
	 */
	int lost() {
		return this.lost;
	}

	@Override
	public void close() throws IOException {
		for (Connection connection : List.copyOf(this.connections)) {
			connection.close();
		}
		this.selector.close();
	}

	/**
	 * One client.
	 */
	final class Connection {

		private final SocketChannel channel;

		private final ByteBuffer request;

		private final boolean reading;

		private final ResponseReader reader = new ResponseReader(LoadClient.this.tally);

		private Connection(SocketChannel channel, byte[] request, boolean reading) {
			this.channel = channel;
			this.request = ByteBuffer.wrap(request);
			this.reading = reading;
		}

		ResponseReader reader() {
			return this.reader;
		}

		/**
		 * Goes away.
		 */
		void close() {
			LoadClient.this.connections.remove(this);
			try {
				this.channel.close();
			}
			catch (IOException ex) {
				// It has gone
			}
		}

	}

}
