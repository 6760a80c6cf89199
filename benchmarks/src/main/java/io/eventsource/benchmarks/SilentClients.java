package io.eventsource.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Five clients of a hundred never read: what the other ones get, and when.
 */
final class SilentClients implements Scenario {

	private static final int READING = 95;

	private static final int SILENT = 5;

	private static final int BYTES = 2048;

	private static final int RATE = 500;

	private final int seconds;

	SilentClients(boolean quick) {
		this.seconds = quick ? 10 : 30;
	}

	@Override
	public String name() {
		return "silent";
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("share", "5 of 100 never read: the others get, %", 1),
				new Figure("p50", "p50, ms", 1), new Figure("p99", "p99, ms", 1), new Figure("max", "max, ms", 0));
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender)) {
			session.connect(READING);
			session.warmUp(RATE * 2, BYTES, RATE);
			session.connectSilent(SILENT);
			Delivery delivery = session.publish(RATE * this.seconds, BYTES, RATE);
			faults.addAll(delivery.faults());
			return Map.of("share", delivery.share(), "p50", delivery.delay(50), "p99", delivery.delay(99), "max",
					delivery.delay(100));
		}
	}

}
