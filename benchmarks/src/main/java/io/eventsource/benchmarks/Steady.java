package io.eventsource.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Events to all clients at a rate that every server keeps up with.
 */
final class Steady implements Scenario {

	private static final int BYTES = 100;

	private static final int RATE = 50;

	private final int clients;

	private final int seconds;

	Steady(boolean quick) {
		this.clients = quick ? 500 : 1000;
		this.seconds = quick ? 3 : 20;
	}

	@Override
	public String name() {
		return "steady";
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("cpu", "steady, µs", 2, true), new Figure("p50", "p50, ms", 1),
				new Figure("p99", "p99, ms", 1));
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender)) {
			session.connect(this.clients);
			session.warmUp(RATE * this.seconds / 2, BYTES, RATE);
			Delivery delivery = session.publish(RATE * this.seconds, BYTES, RATE);
			faults.addAll(delivery.faults());
			return Map.of("cpu", delivery.cpuPerEvent(), "p50", delivery.delay(50), "p99", delivery.delay(99));
		}
	}

}
