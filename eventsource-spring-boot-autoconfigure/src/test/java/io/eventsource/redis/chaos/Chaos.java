package io.eventsource.redis.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.eventsource.redis.chaos.WanderingClient.Record;
import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

import static org.awaitility.Awaitility.await;

/**
 * Has faults happen, one in each round, and judges what clients got.
 */
final class Chaos {

	/** How long clients and publishers may take after a fault is over. */
	private static final long LIMIT = TimeUnit.SECONDS.toNanos(30);

	private final Path folder;

	private final long seed;

	private final Map<Fault, Tally> tallies = new EnumMap<>(Fault.class);

	/** What clients may still be told of the fault before. */
	private Set<String> causes = Set.of();

	private int round;

	Chaos(Path folder, long seed) {
		this.folder = folder;
		this.seed = seed;
	}

	/**
	 * Has faults happen to one Redis. A round that fails is the last one of its Redis.
	 */
	void run(Fault.Kind kind, List<Fault> faults) throws Exception {
		List<Fault> left = new ArrayList<>(faults);
		while (!left.isEmpty()) {
			Path own = Files.createTempDirectory(this.folder, "redis");
			try (Arena arena = new Arena(kind, own, new Random(this.seed + this.round))) {
				await().until(() -> arena.clients().stream().allMatch(WanderingClient::hasPosition));
				// Only now all clients have had something, behind which nothing may be
				// missing
				boolean clean = settle(arena, Fault.NONE, null).isClean();
				while (clean && !left.isEmpty()) {
					clean = round(arena, left.remove(0));
				}
			}
			FileSystemUtils.deleteRecursively(own);
		}
	}

	private boolean round(Arena arena, Fault fault) throws Exception {
		this.round++;
		Set<String> before = this.causes;
		this.causes = fault.causes();
		arena.reset();
		arena.visit();
		arena.pause(300, 900);
		Tally tally = happen(arena, fault, before);
		this.tallies.computeIfAbsent(fault, (key) -> new Tally()).add(tally);
		System.out.println("CHAOS seed=" + this.seed + " round=" + this.round + " " + fault + " " + tally);
		tally.details.forEach((detail) -> System.out.println("CHAOS   " + detail));
		return tally.isClean();
	}

	private Tally happen(Arena arena, Fault fault, Set<String> before) throws InterruptedException {
		try {
			fault.happen(arena);
			arena.deployment().awaitWhole();
			arena.pause(100, 600);
			return settle(arena, fault, before);
		}
		catch (InterruptedException ex) {
			throw ex;
		}
		catch (Exception ex) {
			Tally tally = new Tally();
			tally.rounds = 1;
			tally.errors = 1;
			tally.tell("The fault could not be made: " + ex);
			return tally;
		}
	}

	private Tally settle(Arena arena, Fault fault, @Nullable Set<String> before) {
		Tally tally = new Tally();
		tally.rounds = 1;
		arena.publishers().forEach(NumberingPublisher::pause);
		try {
			long begun = System.nanoTime();
			long deadline = begun + LIMIT;
			Map<Subject, Set<Numbered>> last = new EnumMap<>(Subject.class);
			for (NumberingPublisher publisher : arena.publishers()) {
				Numbered number = publisher.publishLast(deadline);
				if (number == null) {
					tally.hanging++;
					tally.tell("A publisher of " + publisher.subject() + " does not get through");
				}
				else {
					last.computeIfAbsent(publisher.subject(), (key) -> new HashSet<>()).add(number);
				}
			}
			awaitClients(arena, last, tally, System.nanoTime() + LIMIT);
			tally.slowest = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
			if (before != null) {
				judge(arena, fault, before, tally);
			}
			else {
				arena.clients().forEach(WanderingClient::take);
				arena.publishers().forEach(NumberingPublisher::takeConfirmed);
			}
		}
		finally {
			arena.publishers().forEach(NumberingPublisher::proceed);
		}
		return tally;
	}

	private static void awaitClients(Arena arena, Map<Subject, Set<Numbered>> last, Tally tally, long deadline) {
		for (WanderingClient client : arena.clients()) {
			Set<Numbered> numbers = last.getOrDefault(client.subject(), Set.of());
			boolean done = numbers.stream().allMatch(client::has);
			while (!done && System.nanoTime() < deadline) {
				try {
					TimeUnit.MILLISECONDS.sleep(5);
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				done = numbers.stream().allMatch(client::has);
			}
			if (!done) {
				tally.hanging++;
				tally.tell("A client of " + client.subject() + " hangs");
			}
		}
	}

	private static void judge(Arena arena, Fault fault, Set<String> before, Tally tally) {
		Map<WanderingClient, Record> records = new HashMap<>();
		arena.clients().forEach((client) -> records.put(client, client.take()));
		Set<Numbered> processes = arena.confirmedByProcesses();
		for (Subject subject : Subject.values()) {
			Set<Numbered> confirmed = new HashSet<>();
			for (NumberingPublisher publisher : arena.publishers()) {
				if (publisher.subject() == subject) {
					confirmed.addAll(publisher.takeConfirmed());
				}
				publisher.takeErrors().forEach((error) -> {
					tally.errors++;
					tally.tell(error);
				});
			}
			processes.stream()
				.filter((number) -> (number.publisher() - arena.firstOfProcess()) == subject.ordinal())
				.forEach(confirmed::add);
			tally.confirmed += confirmed.size();
			confirmed.removeAll(arena.removed());
			boolean affected = arena.affects(subject);
			Judge judge = new Judge(affected ? fault.effect() : Fault.Effect.NOTHING,
					affected ? union(fault.causes(), before) : before, confirmed, arena.deployment().events(subject),
					records.values().stream().filter((record) -> record.subject() == subject).toList(), tally);
			records.forEach((client, record) -> {
				if (record.subject() == subject) {
					judge.judge(record, client);
					tally.cuts += record.cuts();
					record.oddities().forEach((oddity) -> {
						tally.errors++;
						tally.tell(record.name() + ": " + oddity);
					});
				}
			});
		}
		if (!tally.isClean()) {
			records.values().forEach((record) -> tally.tell(record.name() + " " + record.doing()));
		}
	}

	private static Set<String> union(Set<String> causes, Set<String> others) {
		Set<String> all = new HashSet<>(causes);
		all.addAll(others);
		return all;
	}

	Map<Fault, Tally> tallies() {
		return this.tallies;
	}

	Tally total() {
		Tally total = new Tally();
		this.tallies.values().forEach(total::add);
		return total;
	}

}
