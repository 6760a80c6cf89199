package io.eventsource.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Events to all clients, as fast as it goes.
 */
final class FanOut implements Scenario {

	private static final int BYTES = 100;

	private final String name;

	private final int clients;

	private final int events;

	private FanOut(String name, int clients, int events) {
		this.name = name;
		this.clients = clients;
		this.events = events;
	}

	static FanOut once(boolean quick) {
		return new FanOut("fan-out", quick ? 200 : 500, quick ? 1000 : 2000);
	}

	/**
	 * Ten times as many events, so that what is compiled late does not count for much.
	 */
	static FanOut lasting(boolean quick) {
		return new FanOut("fan-out-lasting", quick ? 200 : 500, quick ? 5000 : 20_000);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("cpu", this.name + ", µs", 3, true), new Figure("rate", this.name + ", events/s", 0),
				new Figure("p50", "p50, ms", 1));
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender)) {
			session.connect(this.clients);
			session.warmUp(Math.min(this.events, 2000), BYTES, 0);
			Delivery delivery = session.publish(this.events, BYTES, 0);
			faults.addAll(delivery.faults());
			return Map.of("cpu", delivery.cpuPerEvent(), "rate", delivery.eventsPerSecond(), "p50", delivery.delay(50));
		}
	}

}
