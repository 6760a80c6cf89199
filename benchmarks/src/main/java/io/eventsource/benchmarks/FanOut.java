package io.eventsource.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Events to all clients, as fast as it goes.
 */
final class FanOut implements Scenario {

	private static final int BYTES = 100;

	private final int clients;

	private final int events;

	FanOut(boolean quick) {
		this.clients = quick ? 200 : 500;
		this.events = quick ? 1000 : 2000;
	}

	@Override
	public String name() {
		return "fan-out";
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("cpu", "fan-out, µs", 2, true), new Figure("rate", "fan-out, events/s", 0));
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender)) {
			session.connect(this.clients);
			session.warmUp(this.events, BYTES, 0);
			Delivery delivery = session.publish(this.events, BYTES, 0);
			faults.addAll(delivery.faults());
			return Map.of("cpu", delivery.cpuPerEvent(), "rate", delivery.eventsPerSecond());
		}
	}

}
