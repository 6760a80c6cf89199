package io.eventsource.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Clients that wait for events: what each of them takes of the server's memory.
 */
final class Idle implements Scenario {

	private static final int BYTES = 100;

	/** Clients that come and go before anything is measured. */
	private static final int FORERUNNERS = 200;

	private static final int RATE = 20;

	private final int clients;

	Idle(boolean quick) {
		this.clients = quick ? 1000 : 5000;
	}

	@Override
	public String name() {
		return "idle";
	}

	@Override
	public List<Figure> figures() {
		String some = String.format(Locale.ROOT, "%,d", this.clients);
		String twice = String.format(Locale.ROOT, "%,d", 2 * this.clients);
		return List.of(new Figure("heap", "heap a client at " + some + " idle, KiB", 1),
				new Figure("heapTwice", "at " + twice, 1), new Figure("resident", "resident at " + some + ", KiB", 1),
				new Figure("residentTwice", "at " + twice, 1), new Figure("own", "heap of our own, B", 0));
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		// A client that is sent away for its silence, or gets a comment, would not be
		// idle
		try (Session session = Session.start(contender, "--eventsource.heartbeat=0")) {
			session.connect(1);
			try (LoadClient forerunners = new LoadClient(session.server().port())) {
				for (int i = 0; i < FORERUNNERS; i++) {
					forerunners.open("", true);
				}
				session.publish(2 * RATE, BYTES, RATE, () -> forerunners.pass(0));
			}
			session.awaitDepartures(1);
			Memory empty = Memory.of(session.server(), contender);
			connect(session, faults);
			Memory some = Memory.of(session.server(), contender).minus(empty);
			connect(session, faults);
			Memory twice = Memory.of(session.server(), contender).minus(empty);
			Map<String, Double> figures = new LinkedHashMap<>();
			figures.put("heap", kib(some.heap(), this.clients));
			figures.put("heapTwice", kib(twice.heap(), 2 * this.clients));
			figures.put("resident", kib(some.resident(), this.clients));
			figures.put("residentTwice", kib(twice.resident(), 2 * this.clients));
			if (contender.isStarter()) {
				figures.put("own", (double) twice.own() / (2 * this.clients));
			}
			return figures;
		}
	}

	/**
	 * Connects clients, each of which has got some events before it is idle.
	 */
	private void connect(Session session, List<String> faults) throws IOException, Stall {
		session.connect(this.clients);
		faults.addAll(session.publish(2, BYTES, 0).faults());
	}

	private static double kib(long bytes, int clients) {
		return bytes / 1024.0 / clients;
	}

	/**
	 * Memory of a server, in bytes.
	 *
	 * @param resident what the process takes
	 * @param heap what live objects take
	 * @param own what live objects of this project's classes take
	 */
	private record Memory(long resident, long heap, long own) {

		static Memory of(ServerProcess server, Contender contender) {
			long heap = server.ask("heap");
			long own = contender.isStarter() ? server.ask("classes io.eventsource.") : 0;
			return new Memory(server.resident(), heap, own);
		}

		Memory minus(Memory other) {
			return new Memory(this.resident - other.resident, this.heap - other.heap, this.own - other.own);
		}

	}

}
