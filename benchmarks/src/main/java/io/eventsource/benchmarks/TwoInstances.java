package io.eventsource.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Two instances that share topics and channels by Redis: what these cost while nothing is
 * published, and how long an event takes from one instance to a client of the other.
 */
final class TwoInstances implements Scenario {

	private static final int BYTES = 100;

	private static final int RATE = 100;

	/** More than the network between two machines in one place takes. */
	private static final long NETWORK = TimeUnit.MILLISECONDS.toNanos(1);

	private static final List<String> TOPICS = List.of("--benchmark.topics=true",
			"--eventsource.streams.rooms.max-topics=20000", "--eventsource.heartbeat=1h",
			"--eventsource.streams.rooms.heartbeat=1h");

	private final int topics;

	private final int seconds;

	TwoInstances(boolean quick) {
		this.topics = quick ? 1000 : 10_000;
		this.seconds = quick ? 10 : 30;
	}

	@Override
	public String name() {
		return "instances";
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("topicCommands", "commands/s of an instance, 10,000 topics", 1),
				new Figure("topicCpu", "% of a core", 2), new Figure("fewCommands", "commands/s, 3 channels", 1),
				new Figure("fewCpu", "% of a core", 2), new Figure("manyCommands", "commands/s, 300 channels", 1),
				new Figure("manyCpu", "% of a core", 2), new Figure("p50", "channel, p50, ms", 2),
				new Figure("p99", "p99, ms", 2), new Figure("topicP50", "topic, p50, ms", 2),
				new Figure("topicP99", "p99, ms", 2), new Figure("farP50", "topic, 1 ms each way, p50, ms", 2),
				new Figure("farP99", "p99, ms", 2), new Figure("crowdP50", "300 channels, 1 ms each way, p50, ms", 2),
				new Figure("crowdP99", "p99, ms", 2));
	}

	@Override
	public boolean suits(Contender contender) {
		return contender == Contender.STARTER_TOMCAT;
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		Map<String, Double> figures = new LinkedHashMap<>();
		try (RedisServer redis = RedisServer.start()) {
			idleTopics(contender, redis, figures);
			idle(contender, redis, 3, "few", figures);
			idle(contender, redis, 300, "many", figures);
			put(figures, "p", deliver(contender, redis.settings(), false, faults));
			put(figures, "topicP", deliver(contender, with(redis.settings(), TOPICS), true, faults));
			try (SlowLink link = SlowLink.to(redis.port(), NETWORK)) {
				put(figures, "farP", deliver(contender, with(redis.settings(link.port()), TOPICS), true, faults));
				put(figures, "crowdP", deliver(contender,
						with(redis.settings(link.port()), List.of("--benchmark.channels=300")), false, faults));
			}
		}
		return figures;
	}

	private static void put(Map<String, Double> figures, String name, Delivery delivery) {
		figures.put(name + "50", delivery.delay(50));
		figures.put(name + "99", delivery.delay(99));
	}

	private static List<String> with(List<String> settings, List<String> others) {
		List<String> all = new ArrayList<>(settings);
		all.addAll(others);
		return all;
	}

	/**
	 * Topics each of which has a client, half of them at either instance.
	 */
	private void idleTopics(Contender contender, RedisServer redis, Map<String, Double> figures)
			throws IOException, Stall {
		String[] settings = with(redis.settings(), TOPICS).toArray(String[]::new);
		try (Session one = Session.start(contender, settings); Session other = Session.start(contender, settings)) {
			one.server().ask("topics " + this.topics + " " + BYTES + " 0 " + this.topics + " even");
			one.connect(this.topics / 2, (index) -> "/rooms/" + index);
			other.connect(this.topics / 2, (index) -> "/rooms/" + (this.topics / 2 + index));
			measureIdle("topic", redis, List.of(one, other), figures);
		}
	}

	/**
	 * Channels each of which both instances serve.
	 */
	private void idle(Contender contender, RedisServer redis, int channels, String name, Map<String, Double> figures)
			throws IOException, Stall {
		String[] settings = with(redis.settings(), List.of("--benchmark.channels=" + channels)).toArray(String[]::new);
		try (Session one = Session.start(contender, settings); Session other = Session.start(contender, settings)) {
			measureIdle(name, redis, List.of(one, other), figures);
		}
	}

	private void measureIdle(String name, RedisServer redis, List<Session> instances, Map<String, Double> figures)
			throws IOException {
		// Until what was done to begin is over
		pause(Duration.ofSeconds(this.seconds / 2));
		long before = redis.commands();
		Duration cpu = cpu(instances);
		long start = System.nanoTime();
		pause(Duration.ofSeconds(this.seconds));
		double nanos = System.nanoTime() - start;
		figures.put(name + "Commands", (redis.commands() - before) * 1e9 / nanos / instances.size());
		figures.put(name + "Cpu", 100 * cpu(instances).minus(cpu).toNanos() / nanos / instances.size());
	}

	private static Duration cpu(List<Session> instances) {
		return instances.stream().map((each) -> each.server().cpu()).reduce(Duration.ZERO, Duration::plus);
	}

	/**
	 * Events that one instance publishes, to a client of the other.
	 */
	private Delivery deliver(Contender contender, List<String> settings, boolean topic, List<String> faults)
			throws IOException, Stall {
		String[] shared = settings.toArray(String[]::new);
		try (Session reading = Session.start(contender, shared);
				Session publishing = Session.start(contender, shared)) {
			reading.connect(1, (index) -> topic ? "/rooms/0" : "/events");
			String name = topic ? "topics" : "publish";
			String end = topic ? " 1 even" : "";
			int events = RATE * this.seconds;
			publish(publishing, reading, name + " " + 20 * RATE + " " + BYTES + " " + 4 * RATE + end, 20 * RATE);
			Delivery delivery = publish(publishing, reading, name + " " + events + " " + BYTES + " " + RATE + end,
					events);
			faults.addAll(delivery.faults());
			return delivery;
		}
	}

	private static Delivery publish(Session publishing, Session reading, String command, int events) throws Stall {
		Tally tally = reading.client().tally();
		tally.forgetDelays();
		long before = tally.events();
		long wrong = tally.repeated();
		Duration cpu = reading.server().cpu();
		long start = System.nanoTime();
		publishing.server().tell(command);
		boolean all = reading.client().runUntil(() -> tally.events() - before >= events, Session.PATIENCE);
		if (!all || !reading.client().runUntil(() -> publishing.server().answer() != null, Session.PATIENCE)) {
			throw new Stall((tally.events() - before) + " of " + events + " events arrived from the other instance");
		}
		return new Delivery(events, tally.events() - before, tally.repeated() - wrong, reading.client().lost(),
				Duration.ofNanos(System.nanoTime() - start), reading.server().cpu().minus(cpu), tally.delays());
	}

	private static void pause(Duration time) {
		try {
			Thread.sleep(time.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
