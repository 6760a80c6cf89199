package io.eventsource.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Clients that come and go beside others that stay: what these notice of it, and what is
 * left of those that have gone.
 */
final class Churn implements Scenario {

	private static final int STAYING = 500;

	private static final int PER_SECOND = 200;

	private static final int BYTES = 100;

	private static final int RATE = 20;

	private final int seconds;

	Churn(boolean quick) {
		this.seconds = quick ? 4 : 20;
	}

	@Override
	public String name() {
		return "churn";
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("p50", "200 come and go a second: p50, ms", 1), new Figure("p99", "p99, ms", 1),
				new Figure("threads", "left: threads", 0), new Figure("descriptors", "descriptors", 0),
				new Figure("heap", "heap, KiB", 0));
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender)) {
			session.connect(STAYING);
			// Containers keep what the first ones have needed
			comeAndGo(session);
			Leftovers before = Leftovers.of(session.server());
			Delivery delivery = comeAndGo(session);
			faults.addAll(delivery.faults());
			Leftovers after = Leftovers.of(session.server());
			Map<String, Double> figures = new LinkedHashMap<>();
			figures.put("p50", delivery.delay(50));
			figures.put("p99", delivery.delay(99));
			figures.put("heap", (after.heap() - before.heap()) / 1024.0);
			if (after.threads() >= 0) {
				figures.put("threads", (double) after.threads() - before.threads());
				figures.put("descriptors", (double) after.descriptors() - before.descriptors());
			}
			return figures;
		}
	}

	private Delivery comeAndGo(Session session) throws IOException, Stall {
		Delivery delivery;
		try (Visitors visitors = new Visitors(session.server().port(), PER_SECOND)) {
			delivery = session.publish(RATE * this.seconds, BYTES, RATE, visitors::run);
		}
		session.awaitDepartures(STAYING);
		return delivery;
	}

	/**
	 * What a server holds; negative where the operating system does not say.
	 */
	private record Leftovers(long threads, long descriptors, long heap) {

		static Leftovers of(ServerProcess server) {
			long heap = server.ask("heap");
			return new Leftovers(server.threads(), server.descriptors(), heap);
		}

	}

}
