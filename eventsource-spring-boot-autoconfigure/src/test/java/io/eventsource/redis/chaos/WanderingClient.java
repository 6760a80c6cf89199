package io.eventsource.redis.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;

/**
 * A client that is cut off at random, and comes back with its last id to an instance that
 * it picks at random.
 */
final class WanderingClient implements AutoCloseable {

	private final String name;

	private final Subject subject;

	private final Supplier<List<Integer>> ports;

	private final Random random;

	private final List<Item> items = new ArrayList<>();

	/** The numbers that have arrived, by publisher. */
	private final Map<Integer, BitSet> seen = new HashMap<>();

	private volatile boolean running = true;

	private String lastEventId = "";

	private long base;

	private int cuts;

	/** What was wrong with responses. */
	private final List<String> oddities = new ArrayList<>();

	private volatile String doing = "";

	WanderingClient(String name, Subject subject, Supplier<List<Integer>> ports, long seed) {
		this.name = name;
		this.subject = subject;
		this.ports = ports;
		this.random = new Random(seed);
		Thread thread = new Thread(this::run, name);
		thread.setDaemon(true);
		thread.start();
	}

	Subject subject() {
		return this.subject;
	}

	private void run() {
		try {
			while (this.running) {
				List<Integer> choice = this.ports.get();
				int port = choice.get(this.random.nextInt(choice.size()));
				try {
					read(port);
				}
				catch (IOException ex) {
					note("error of " + port + ": " + ex);
				}
				TimeUnit.MILLISECONDS.sleep(this.random.nextInt(5, 100));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void read(int port) throws IOException {
		// Some stay for long
		long end = System.nanoTime()
				+ TimeUnit.MILLISECONDS.toNanos((this.random.nextInt(4) == 0) ? 5000 : this.random.nextInt(50, 1500));
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
			socket.setSoLinger(true, 0);
			String id = lastEventId();
			note("asks " + port + " behind '" + id + "'");
			String head = "GET " + this.subject.path() + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
					+ (id.isEmpty() ? "" : "Last-Event-ID: " + id + "\r\n") + "\r\n";
			socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
			Response response = new Response(socket.getInputStream());
			EventStreamReader reader = new EventStreamReader();
			int taken = 0;
			while (this.running && System.nanoTime() < end) {
				socket.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
				if (!response.feed(reader)) {
					note("end of " + response.status());
					return;
				}
				taken = take(reader, taken, port);
			}
			cut();
		}
		catch (SocketTimeoutException ex) {
			cut();
		}
	}

	private synchronized void cut() {
		note("cut off");
		this.cuts++;
	}

	private synchronized String lastEventId() {
		return this.lastEventId;
	}

	private synchronized int take(EventStreamReader reader, int taken, int port) {
		List<Received> events = reader.events();
		for (Received event : events.subList(taken, events.size())) {
			take(event, port);
		}
		if (!reader.lastEventId().isEmpty()) {
			this.lastEventId = reader.lastEventId();
		}
		return events.size();
	}

	private void take(Received event, int port) {
		if (event.type().equals("gap")) {
			this.items.add(new Item(0, null, event.data().replaceFirst(".*\"cause\":\"([a-z]+)\".*", "$1"), port));
			return;
		}
		Numbered number = Numbered.of(event.data());
		if (number == null) {
			this.oddities.add("received " + event);
			return;
		}
		BitSet numbers = this.seen.computeIfAbsent(number.publisher(), (key) -> new BitSet());
		this.items.add(new Item(Item.position(event.lastEventId()), number,
				numbers.get(number.number()) ? Item.REPEATED : null, port));
		numbers.set(number.number());
	}

	private void note(String what) {
		this.doing = what;
	}

	/** Returns whether the client can be given what follows. */
	synchronized boolean hasPosition() {
		return !this.lastEventId.isEmpty();
	}

	synchronized boolean has(Numbered number) {
		BitSet numbers = this.seen.get(number.publisher());
		return numbers != null && numbers.get(number.number());
	}

	/** Returns what has arrived since this was asked last. */
	synchronized Record take() {
		Record record = new Record(this.name, this.subject, this.base, List.copyOf(this.items), this.cuts,
				List.copyOf(this.oddities), this.doing);
		this.items.stream().mapToLong(Item::position).max().ifPresent((last) -> this.base = Math.max(this.base, last));
		this.items.clear();
		this.oddities.clear();
		this.cuts = 0;
		return record;
	}

	@Override
	public void close() {
		this.running = false;
	}

	/**
	 * What a client has got in a round.
	 *
	 * @param base the position up to which it had everything before
	 * @param items what has arrived
	 * @param cuts how often it was cut off
	 * @param oddities what should not have arrived
	 * @param doing what it did last
	 */
	record Record(String name, Subject subject, long base, List<Item> items, int cuts, List<String> oddities,
			String doing) {

	}

	/**
	 * What has arrived.
	 *
	 * @param position the position by the id, 0 for a gap
	 * @param number the number of the event, {@code null} for a gap
	 * @param note the cause of a gap, or {@link #REPEATED}
	 * @param port where it came from
	 */
	record Item(long position, Numbered number, String note, int port) {

		static final String REPEATED = "repeated";

		/**
		 * The order of ids of Redis as a number, 0 for an id of an instance that has no
		 * events yet.
		 */
		static long position(String id) {
			int dash = id.indexOf('-');
			if (!id.matches("[0-9]+-[0-9]+")) {
				return 0;
			}
			return (Long.parseLong(id.substring(0, dash)) << 20) + Long.parseLong(id.substring(dash + 1));
		}

		@Override
		public String toString() {
			return isGap() ? this.note + "@" + this.port : this.number.publisher() + "/" + this.number.number() + "="
					+ this.position % 100_000_000_000_000L + "@" + this.port + ((this.note != null) ? "!" : "");
		}

		boolean isGap() {
			return this.number == null;
		}

	}

	/** The body of a response, in chunks. */
	private static final class Response {

		private final InputStream in;

		private String status;

		private int left;

		private Response(InputStream in) {
			this.in = in;
		}

		private String status() {
			return this.status;
		}

		/** Reads on, and returns whether the response has not ended. */
		private boolean feed(EventStreamReader reader) throws IOException {
			if (this.status == null) {
				this.status = line();
				boolean chunked = false;
				for (String line = line(); !line.isEmpty(); line = line()) {
					chunked |= line.equalsIgnoreCase("Transfer-Encoding: chunked");
				}
				if (!this.status.contains(" 200") || !chunked) {
					return false;
				}
			}
			if (this.left == 0) {
				this.left = Integer.parseInt(line(), 16);
				if (this.left == 0) {
					return false;
				}
			}
			byte[] buffer = new byte[Math.min(this.left, 8192)];
			int count = this.in.read(buffer);
			if (count < 0) {
				throw new IOException("The response has broken off");
			}
			reader.feed(buffer, 0, count);
			this.left -= count;
			if (this.left == 0) {
				line();
			}
			return true;
		}

		private String line() throws IOException {
			StringBuilder line = new StringBuilder();
			for (int next = this.in.read(); next != '\n'; next = this.in.read()) {
				if (next < 0) {
					throw new IOException("The response has broken off");
				}
				if (next != '\r') {
					line.append((char) next);
				}
			}
			return line.toString();
		}

	}

}
