package io.eventsource.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A hundred clients, first by themselves, then beside one that never reads and one that
 * reads a kilobyte a second: when the hundred get their events.
 */
final class PoorClients implements Scenario {

	private static final int READING = 100;

	private static final int CRAWL = 1024;

	private static final int BYTES = 1024;

	private static final int RATE = 500;

	private final int seconds;

	PoorClients(boolean quick) {
		this.seconds = quick ? 10 : 30;
	}

	@Override
	public String name() {
		return "poor";
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("p50 alone", "100 clients: p50, ms", 2), new Figure("p99 alone", "p99, ms", 2),
				new Figure("max alone", "max, ms", 0),
				new Figure("p50", "beside a dead and a crawling one: p50, ms", 2), new Figure("p99", "p99, ms", 2),
				new Figure("max", "max, ms", 0));
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		Map<String, Double> figures = new LinkedHashMap<>();
		try (Session session = Session.start(contender)) {
			session.connect(READING);
			session.warmUp(RATE * 2, BYTES, RATE);
			Delivery alone = session.publish(RATE * this.seconds, BYTES, RATE);
			session.client().openCrawling(0);
			session.client().openCrawling(CRAWL);
			session.awaitClients(READING + 2);
			Delivery beside = session.publish(RATE * this.seconds, BYTES, RATE);
			List.of(alone, beside).forEach((delivery) -> faults.addAll(delivery.faults()));
			figures.put("p50 alone", alone.delay(50));
			figures.put("p99 alone", alone.delay(99));
			figures.put("max alone", alone.delay(100));
			figures.put("p50", beside.delay(50));
			figures.put("p99", beside.delay(99));
			figures.put("max", beside.delay(100));
		}
		return figures;
	}

}
