package io.eventsource.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Many topics: what one costs that nobody uses, what an event to a client costs beside
 * that of a single stream with as many clients, and what users cost who have a topic each
 * beside one channel with a filter.
 */
final class Topics implements Scenario {

	private static final int BYTES = 100;

	/** Each user's browser has so many tabs open. */
	private static final int TABS = 3;

	private static final List<String> SETTINGS = List.of("--benchmark.topics=true",
			"--eventsource.streams.rooms.max-topics=200000", "--eventsource.streams.rooms.topics-memory=1GB",
			"--eventsource.streams.rooms.linger=1h");

	private final int topics;

	private final int clients;

	private final int users;

	/** How many events clients get in a second, all together. */
	private final int rate;

	private final int seconds;

	Topics(boolean quick) {
		this.topics = quick ? 10_000 : 100_000;
		this.clients = quick ? 1000 : 10_000;
		this.users = quick ? 100 : 1000;
		this.rate = quick ? 1000 : 10_000;
		this.seconds = quick ? 3 : 5;
	}

	@Override
	public String name() {
		return "topics";
	}

	@Override
	public List<Figure> figures() {
		return List.of(new Figure("heap", "heap of a quiet topic, B", 0), new Figure("idle", "idle, % of a core", 2),
				new Figure("stream", "one stream, µs", 1), new Figure("few", "a topic each, µs", 1),
				new Figure("fewTimes", "x one stream", 2), new Figure("fewZipf", "by Zipf, µs", 1),
				new Figure("many", "beside quiet topics, µs", 1), new Figure("manyTimes", "x one stream", 2),
				new Figure("manyZipf", "by Zipf, µs", 1), new Figure("users", "users by topic, µs", 1),
				new Figure("filter", "by filter, µs", 1), new Figure("share", "by topic, % of by filter", 1));
	}

	@Override
	public boolean suits(Contender contender) {
		return contender == Contender.STARTER_TOMCAT;
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		Map<String, Double> figures = new LinkedHashMap<>();
		List<String> wrong = new ArrayList<>();
		double stream = stream(contender, wrong);
		figures.put("stream", stream);
		figures.put("fewTimes", deliver(contender, "few", 0, figures, wrong) / stream);
		figures.put("manyTimes", deliver(contender, "many", this.topics, figures, wrong) / stream);
		double byTopic = users(contender, "--benchmark.topics=true", (user) -> "/rooms/" + user, 1, wrong);
		figures.put("users", byTopic);
		// A quarter of the events, since all of them would be more than a core can do
		double byFilter = users(contender, "--benchmark.users=true", (user) -> "?user=" + user, 4, wrong);
		figures.put("filter", byFilter);
		figures.put("share", 100 * byTopic / byFilter);
		faults.addAll(wrong);
		return figures;
	}

	/**
	 * As many clients of a single stream, who get as many events.
	 */
	private double stream(Contender contender, List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender)) {
			session.connect(this.clients);
			int events = Math.max(1, this.rate * this.seconds / this.clients);
			int each = Math.max(1, this.rate / this.clients);
			session.warmUp(events, BYTES, each);
			session.warmUp(4 * events, BYTES, 0);
			Delivery delivery = session.publish(2 * events, BYTES, each);
			faults.addAll(delivery.faults());
			return delivery.cpuPerEvent();
		}
	}

	/**
	 * A topic for each client, beside others that nobody uses.
	 */
	private double deliver(Contender contender, String name, int quiet, Map<String, Double> figures,
			List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender, SETTINGS.toArray(String[]::new))) {
			if (quiet > 0) {
				makeQuiet(session, quiet, figures);
			}
			session.connect(this.clients, (index) -> "/rooms/" + index);
			publish(session, this.clients, this.rate, "even", 1);
			publish(session, this.clients, 0, "even", 1);
			Delivery even = publish(session, this.clients, this.rate, "even", 1);
			figures.put(name, even.cpuPerEvent());
			faults.addAll(even.faults());
			Delivery zipf = publish(session, this.clients, this.rate, "zipf", 1);
			figures.put(name + "Zipf", zipf.cpuPerEvent());
			faults.addAll(zipf.faults());
			return even.cpuPerEvent();
		}
	}

	/**
	 * Makes topics of one event each, and measures them while they are left alone.
	 */
	private void makeQuiet(Session session, int count, Map<String, Double> figures) {
		// Those that are made first have classes loaded and tables grown
		session.server().ask("topics 1000 0 0 1000 even");
		long before = session.server().ask("heap");
		session.server().ask("topics " + count + " 0 0 " + count + " even");
		pause(Duration.ofSeconds(2));
		figures.put("heap", (double) (session.server().ask("heap") - before) / (count - 1000));
		pause(Duration.ofSeconds(1));
		Duration cpu = session.server().cpu();
		Duration time = Duration.ofSeconds(2L * this.seconds);
		pause(time);
		figures.put("idle", 100.0 * session.server().cpu().minus(cpu).toNanos() / time.toNanos());
	}

	/**
	 * Users who have some tabs open, each of whom gets an event a second.
	 * @param paths where the stream of a user is
	 * @param divisor so many times fewer events are published
	 */
	private double users(Contender contender, String setting, IntFunction<String> paths, int divisor,
			List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender, setting)) {
			session.connect(TABS * this.users, (index) -> paths.apply(index % this.users));
			publish(session, this.users, this.users / divisor, "even", TABS);
			Delivery delivery = publish(session, this.users, this.users / divisor, "even", TABS);
			faults.addAll(delivery.faults());
			return delivery.cpuPerEvent();
		}
	}

	private Delivery publish(Session session, int topics, int rate, String distribution, int each) throws Stall {
		int events = ((rate > 0) ? rate : this.rate) * this.seconds;
		return session.publish("topics " + events + " " + BYTES + " " + rate + " " + topics + " " + distribution,
				(long) events * each, () -> {
				});
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
