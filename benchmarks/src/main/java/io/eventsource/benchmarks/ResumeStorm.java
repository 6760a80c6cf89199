package io.eventsource.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All clients come back at once, each with an old id, and get what they have missed.
 */
final class ResumeStorm implements Scenario {

	private static final int BYTES = 100;

	/** How many events the clients have missed at most. */
	private static final int MISSED = 200;

	private final int clients;

	private final int log;

	ResumeStorm(boolean quick, int log) {
		this.clients = quick ? 1000 : 5000;
		this.log = log;
	}

	@Override
	public String name() {
		return "resume-" + this.log;
	}

	@Override
	public List<Figure> figures() {
		String storm = String.format(Locale.ROOT, "%,d resume in a log of %,d", this.clients, this.log);
		return List.of(new Figure("cpu", storm + ": µs a client", 0),
				new Figure("cpuHalf", "µs a client of half as many", 0),
				new Figure("time", "ms until all have everything", 0));
	}

	@Override
	public boolean suits(Contender contender) {
		return contender.isStarter();
	}

	@Override
	public Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall {
		try (Session session = Session.start(contender, "--eventsource.buffer-size=" + this.log)) {
			LoadClient.Connection witness = session.connect();
			session.publish(this.log, BYTES, 0);
			storm(session, witness.reader(), this.clients);
			storm(session, witness.reader(), this.clients);
			Storm half = storm(session, witness.reader(), this.clients / 2);
			Storm whole = storm(session, witness.reader(), this.clients);
			faults.addAll(whole.faults());
			return Map.of("cpu", whole.cpuPerClient(), "cpuHalf", half.cpuPerClient(), "time",
					whole.time().toNanos() / 1e6);
		}
	}

	private Storm storm(Session session, ResponseReader witness, int clients) throws IOException, Stall {
		List<Position> positions = positions(session, witness);
		try (LoadClient client = new LoadClient(session.server().port())) {
			Duration cpu = session.server().cpu();
			long start = System.nanoTime();
			long expected = 0;
			for (int i = 0; i < clients; i++) {
				Position position = positions.get(i % MISSED);
				client.open(position.id(), true).reader().expect(position.next());
				expected += witness.next() - position.next();
				client.runUntil(() -> client.connecting() < Session.BATCH, Session.PATIENCE);
			}
			long all = expected;
			if (!client.runUntil(() -> client.tally().events() >= all, Session.PATIENCE)) {
				throw new Stall(client.tally().events() + " of " + all + " events arrived");
			}
			Duration time = Duration.ofNanos(System.nanoTime() - start);
			return new Storm(clients, time, session.server().cpu().minus(cpu), client.tally(), client.lost());
		}
		finally {
			session.awaitDepartures(1);
		}
	}

	/**
	 * Publishes what the clients are to miss.
	 * @return where they were before, oldest first
	 */
	private static List<Position> positions(Session session, ResponseReader witness) throws Stall {
		List<Position> positions = new ArrayList<>();
		for (int i = 0; i <= MISSED; i++) {
			session.publish(1, BYTES, 0);
			positions.add(new Position(witness.lastId(), witness.next()));
		}
		return positions;
	}

	/**
	 * An event that a client has got last.
	 *
	 * @param id its id
	 * @param next the number of the event that follows
	 */
	private record Position(String id, long next) {

	}

	/**
	 * What a storm has cost.
	 */
	private record Storm(int clients, Duration time, Duration cpu, Tally tally, int lost) {

		double cpuPerClient() {
			return this.cpu.toNanos() / 1000.0 / this.clients;
		}

		List<String> faults() {
			List<String> faults = new ArrayList<>();
			if (this.tally.missing() + this.tally.repeated() + this.tally.others() + this.lost > 0) {
				faults.add(this.tally.missing() + " events missing, " + this.tally.repeated() + " twice, "
						+ this.tally.others() + " gap events, " + this.lost + " clients lost");
			}
			return faults;
		}

	}

}
