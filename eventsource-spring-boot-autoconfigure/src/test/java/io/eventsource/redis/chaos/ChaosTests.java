package io.eventsource.redis.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.eventsource.redis.RedisServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What publishers and clients are promised while Redis, the network and instances fail.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
class ChaosTests {

	private static final Duration TIME = Duration.ofMinutes(Integer.getInteger("soak.minutes", 3));

	private static final long SEED = Long.getLong("chaos.seed", System.nanoTime() % 100_000);

	@TempDir
	private Path folder;

	@Test
	void someOfTheTableOfGuaranteesHolds() throws Exception {
		check(Fault.Kind.STANDALONE, Fault.REDIS_KILLED, Fault.INSTANCE_CUT_OFF, Fault.CUT_IN_REPLY, Fault.DELETED,
				Fault.ROLLED_BACK);
	}

	@Test
	void nothingIsLostUntoldAfterAFailoverBySentinel() throws Exception {
		check(Fault.Kind.SENTINEL, Fault.SENTINEL_MASTER_KILLED);
	}

	@Test
	void nothingIsLostUntoldAfterAFailoverOfACluster() throws Exception {
		check(Fault.Kind.CLUSTER, Fault.CLUSTER_OWNER_KILLED);
	}

	/** Always begins in the same way, so that a failure can be made again. */
	private void check(Fault.Kind kind, Fault... faults) throws Exception {
		Chaos chaos = new Chaos(this.folder, 1);
		chaos.run(kind, List.of(faults));
		assertThat(chaos.total().rounds).isEqualTo(faults.length);
		assertThat(chaos.total().confirmed).isGreaterThan(100);
		assertThat(chaos.total().isClean()).as("%s %s", chaos.total(), chaos.total().details).isTrue();
	}

	@Test
	void everyFaultIsOneOfTheTable() throws Exception {
		String page = Files.readString(Path.of("../docs/scaling.md"));
		assertThat(Fault.values()).allSatisfy(
				(fault) -> assertThat(page.lines().filter((line) -> line.startsWith("| " + fault.row()))).hasSize(1));
	}

	/** Prints what was counted, by fault. */
	@Test
	@Tag("soak")
	@Timeout(value = 3, unit = TimeUnit.HOURS)
	void tableOfGuaranteesHolds() throws Exception {
		long end = System.nanoTime() + TIME.toNanos();
		Random random = new Random(SEED);
		Chaos chaos = new Chaos(this.folder, SEED);
		String only = System.getProperty("chaos.faults", "");
		while (System.nanoTime() < end) {
			for (Fault.Kind kind : Fault.Kind.values()) {
				List<Fault> faults = new ArrayList<>(Fault.of(kind));
				faults.removeIf((fault) -> !only.isEmpty() && !List.of(only.split(",")).contains(fault.name()));
				Collections.shuffle(faults, random);
				if (System.nanoTime() < end) {
					chaos.run(kind, faults);
				}
			}
		}
		chaos.tallies().forEach((fault, tally) -> System.out.println("CHAOS total " + fault + " " + tally));
		System.out.println("CHAOS total " + chaos.total());
		assertThat(chaos.total().isClean()).as("seed %s: %s", SEED, chaos.total()).isTrue();
	}

}
