package io.eventsource.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A channel that all instances share, through Redis, beside one that lives in the
 * process.
 */
final class ThroughRedis implements Scenario {

	private static final int BYTES = 100;

	private static final int RATE = 100;

	private final int seconds;

	/** How many events an instance has to take in at once. */
	private final int backlog;

	ThroughRedis(boolean quick) {
		this.seconds = quick ? 3 : 10;
		this.backlog = quick ? 20_000 : 100_000;
	}

	@Override
	public String name() {
		return "redis";
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("directP50", "delay in the process, p50, ms", 2),
				new Figure("directP99", "p99, ms", 2), new Figure("p50", "through Redis, p50, ms", 2),
				new Figure("p99", "p99, ms", 2), new Figure("tailed", "events/s taken from Redis", 0),
				new Figure("cpu", "µs each", 1));
	}

	@Override
	public boolean suits(Contender contender) {
		return contender.isStarter();
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		try (RedisServer redis = RedisServer.start()) {
			Map<String, Double> figures = new LinkedHashMap<>();
			Delivery direct = deliver(contender, List.of(), faults);
			figures.put("directP50", direct.delay(50));
			figures.put("directP99", direct.delay(99));
			Delivery shared = deliver(contender, redis.settings(), faults);
			figures.put("p50", shared.delay(50));
			figures.put("p99", shared.delay(99));
			figures.putAll(tail(contender, redis, faults));
			return figures;
		}
	}

	/**
	 * Events to a single client of the instance that publishes them.
	 */
	private Delivery deliver(Contender contender, List<String> settings, List<String> faults)
			throws IOException, Stall {
		try (Session session = Session.start(contender, settings.toArray(String[]::new))) {
			session.connect(1);
			session.warmUp(RATE * this.seconds / 2, BYTES, RATE);
			Delivery delivery = session.publish(RATE * this.seconds, BYTES, RATE);
			faults.addAll(delivery.faults());
			return delivery;
		}
	}

	/**
	 * An instance with a single client catches up with what another has published while
	 * it stood still, so that it is limited by nobody but itself.
	 */
	private Map<String, Double> tail(Contender contender, RedisServer redis, List<String> faults)
			throws IOException, Stall {
		List<String> settings = new ArrayList<>(redis.settings());
		// So that neither Redis nor the instance ever drops what is still to be read
		settings.add("--eventsource.channels.redis.max-length=" + 2 * this.backlog);
		settings.add("--eventsource.overflow=backpressure");
		String[] shared = settings.toArray(String[]::new);
		try (Session reading = Session.start(contender, shared);
				Session publishing = Session.start(contender, shared)) {
			reading.connect(1);
			publish(publishing, reading);
			reading.server().halt();
			publishing.server().ask("publish " + this.backlog + " " + BYTES + " 0");
			long before = reading.client().tally().events();
			Duration cpu = reading.server().cpu();
			long start = System.nanoTime();
			reading.server().resume();
			awaitAll(reading, before);
			double seconds = (System.nanoTime() - start) / 1e9;
			Tally tally = reading.client().tally();
			if (tally.missing() > 0 || tally.repeated() > 0) {
				faults.add(tally.missing() + " events missing, " + tally.repeated() + " twice or out of order");
			}
			return Map.of("tailed", this.backlog / seconds, "cpu",
					reading.server().cpu().minus(cpu).toNanos() / 1e3 / this.backlog);
		}
	}

	private void publish(Session publishing, Session reading) throws Stall {
		long before = reading.client().tally().events();
		publishing.server().ask("publish " + this.backlog + " " + BYTES + " 0");
		awaitAll(reading, before);
	}

	private void awaitAll(Session reading, long before) throws Stall {
		Tally tally = reading.client().tally();
		if (!reading.client().runUntil(() -> tally.events() - before >= this.backlog, Session.PATIENCE)) {
			throw new Stall((tally.events() - before) + " of " + this.backlog + " events arrived through Redis");
		}
	}

}
