package io.eventsource.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * A server and its clients.
 */
final class Session implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofSeconds(10);

	/** A few events, by which servers find out who has gone. */
	private static final int BYTES = 100;

	private static final int RATE = 20;

	private static final int DEPARTURES = 10;

	/** No more than any server's queue of connections that wait for being accepted. */
	static final int BATCH = 50;

	private final ServerProcess server;

	private final LoadClient client;

	private int readers;

	private Session(ServerProcess server) throws IOException {
		this.server = server;
		this.client = new LoadClient(server.port());
	}

	/**
	 * Starts a server.
	 * @param settings of the application, beside its own
	 */
	static Session start(Contender contender, String... settings) throws IOException {
		return new Session(ServerProcess.start(contender, List.of(settings)));
	}

	ServerProcess server() {
		return this.server;
	}

	LoadClient client() {
		return this.client;
	}

	/**
	 * Connects clients, and waits until the server knows them all.
	 */
	void connect(int count) throws IOException, Stall {
		connect(count, (index) -> "");
	}

	/**
	 * Connects clients of several streams, and waits until the server knows them all.
	 * @param paths where the stream of each client is, below the path of all
	 */
	void connect(int count, IntFunction<String> paths) throws IOException, Stall {
		connect(count, paths, true);
		this.readers += count;
	}

	/**
	 * Connects the first client.
	 */
	LoadClient.Connection connect() throws IOException, Stall {
		LoadClient.Connection connection = this.client.open("", true);
		if (!this.client.runUntil(() -> this.server.ask("clients") > 0, PATIENCE)) {
			throw new Stall("the first client was not let in");
		}
		this.readers++;
		return connection;
	}

	/**
	 * Connects clients that never read.
	 */
	void connectSilent(int count) throws IOException, Stall {
		connect(count, (index) -> "", false);
	}

	private void connect(int count, IntFunction<String> paths, boolean reading) throws IOException, Stall {
		long before = this.server.ask("clients");
		for (int opened = 0; opened < count;) {
			for (int i = 0; i < BATCH && opened < count; i++) {
				this.client.open(paths.apply(opened), "", reading);
				opened++;
			}
			awaitClients(before + opened);
		}
	}

	/**
	 * Waits until the server knows so many clients.
	 */
	void awaitClients(long expected) throws Stall {
		if (!this.client.runUntil(() -> this.server.ask("clients") >= expected, PATIENCE)) {
			throw new Stall("only " + this.server.ask("clients") + " of " + expected + " clients were let in");
		}
	}

	/**
	 * Publishes events twice, for the server's code to be compiled.
	 */
	void warmUp(int events, int bytes, int rate) throws Stall {
		publish(events, bytes, rate);
		publish(events, bytes, rate);
	}

	/**
	 * Publishes events and waits until all clients have them, or nothing comes any more.
	 * @param events how many
	 * @param bytes how long each is
	 * @param rate how many a second; 0 for as fast as it goes
	 * @throws Stall if the server stops delivering before all are published, or delivers
	 * nothing
	 */
	Delivery publish(int events, int bytes, int rate) throws Stall {
		return publish(events, bytes, rate, () -> {
		});
	}

	/**
	 * Publishes events as well, and does something else beside, again and again.
	 */
	Delivery publish(int events, int bytes, int rate, Runnable beside) throws Stall {
		return publish("publish " + events + " " + bytes + " " + rate,
				(long) events * (this.readers - this.client.lost()), beside);
	}

	/**
	 * Has the server publish events each of which one or some clients get.
	 * @param command what the server is told
	 * @param expected how many events all clients should get together
	 */
	Delivery publish(String command, long expected, Runnable beside) throws Stall {
		Tally tally = this.client.tally();
		tally.forgetDelays();
		long before = tally.events();
		long wrongBefore = tally.repeated();
		int lostBefore = this.client.lost();
		Duration cpu = this.server.cpu();
		long start = System.nanoTime();
		this.server.tell(command);
		boolean all = this.client.runUntil(() -> {
			beside.run();
			return tally.events() - before >= expected;
		}, PATIENCE);
		Duration time = Duration.ofNanos(System.nanoTime() - start);
		Delivery delivery = new Delivery(expected, tally.events() - before, tally.repeated() - wrongBefore,
				this.client.lost() - lostBefore, all ? time : time.minus(PATIENCE), this.server.cpu().minus(cpu),
				tally.delays());
		Duration patience = all ? PATIENCE : Duration.ofSeconds(1);
		boolean answered = this.client.runUntil(() -> this.server.answer() != null, patience);
		if (!answered || (expected > 0 && delivery.events() == 0)) {
			throw new Stall(String.format(Locale.ROOT, "stall after %.1f s, %.1f %% delivered",
					delivery.time().toNanos() / 1e9, delivery.share()));
		}
		return delivery;
	}

	/**
	 * Waits until the server knows of the departure of clients that have gone.
	 * @param staying how many have not
	 */
	void awaitDepartures(int staying) throws Stall {
		for (int i = 0; i < DEPARTURES && this.server.ask("clients") > staying; i++) {
			publish(RATE, BYTES, RATE);
		}
	}

	@Override
	public void close() throws IOException {
		this.client.close();
		this.server.close();
	}

}
