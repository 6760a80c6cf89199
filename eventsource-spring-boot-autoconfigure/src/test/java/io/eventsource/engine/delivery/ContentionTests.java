package io.eventsource.engine.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.eventsource.PublisherPace;
import io.eventsource.engine.delivery.Contention.Share;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * For how long a publisher waits for a client whose connection is full.
 */
class ContentionTests {

	private static final Duration TICK = Duration.ofMillis(100);

	private static final int WINDOW = 1000;

	private PublisherPace pace = PublisherPace.WAITS;

	private long now = 1000;

	private final Contention contention = new Contention(() -> this.pace, this.now);

	private final Share first = this.contention.share();

	private final Share second = this.contention.share();

	private long position;

	private long bytes;

	/**
	 * The rule: how many of so many have everything, and whether the rest has its time.
	 */
	@ParameterizedTest
	@CsvSource({ "1, 0, false", "1, 1, true", "2, 1, true", "2, 0, false", "3, 1, false", "3, 2, true", "20, 10, true",
			"20, 9, false", "100, 99, true", "500, 249, false", "500, 250, true", "0, 0, false" })
	void timeCountsWhileAtLeastHalfOfTheReadersHaveEverything(int readers, int complete, boolean counts) {
		WaitAccount account = account();
		for (int i = 0; i < 11; i++) {
			report(readers, complete);
			pass(account, true, 0, 1);
		}
		assertThat(account.isSpent()).isEqualTo(counts);
	}

	@Test
	void readersOfAllWorkersCount() {
		WaitAccount account = account();
		this.contention.report(this.first, 10, 10);
		this.contention.report(this.second, 11, 0);
		pass(account, Duration.ofSeconds(2));
		assertThat(account.isSpent()).isFalse();
		this.contention.report(this.second, 10, 0);
		pass(account, Duration.ofMillis(1100));
		assertThat(account.isSpent()).isTrue();
	}

	@Test
	void secondIsNotSpentBefore() {
		WaitAccount account = account();
		report(100, 99);
		for (int i = 0; i < 10; i++) {
			pass(account, true, 0, 0);
		}
		assertThat(account.isSpent()).isFalse();
		this.now++;
		this.contention.advance(this.now);
		account.settle(true, this.position, this.bytes, WINDOW);
		assertThat(account.isSpent()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "0, true", "1, true", "50, true", "90, true", "110, false", "1000, false" })
	void clientThatTakesALogFullInASecondIsWaitedFor(int eventsInATick, boolean spent) {
		WaitAccount account = account();
		report(100, 99);
		for (int i = 0; i < 200; i++) {
			pass(account, true, eventsInATick, 1);
		}
		assertThat(account.isSpent()).isEqualTo(spent);
	}

	@Test
	void clientThatIsSlowerInTheLongRunIsNot() {
		WaitAccount account = account();
		report(100, 99);
		int ticks = 0;
		while (!account.isSpent()) {
			pass(account, true, WINDOW, 1);
			ticks++;
		}
		assertThat(TICK.multipliedBy(ticks)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
	}

	@Test
	void timeComesBackWhileNobodyIsHeldUp() {
		WaitAccount account = account();
		for (int i = 0; i < 100; i++) {
			report(100, (i % 2 == 0) ? 99 : 10);
			pass(account, true, 0, 1);
		}
		assertThat(account.isSpent()).isFalse();
	}

	@Test
	void clientThatHasEverythingHasAllItsTimeAgain() {
		WaitAccount account = account();
		report(100, 99);
		pass(account, Duration.ofMillis(900));
		account.clear();
		pass(account, Duration.ofMillis(900));
		assertThat(account.isSpent()).isFalse();
		pass(account, Duration.ofMillis(200));
		assertThat(account.isSpent()).isTrue();
		// Taking a little does not help any more
		pass(account, false, 10, 10);
		assertThat(account.isSpent()).isTrue();
		account.clear();
		assertThat(account.isSpent()).isFalse();
	}

	@Test
	void clientThatTakesNothingForLongIsNotWaitedForIfAnybodyHasEverything() {
		WaitAccount account = account();
		report(1000, 1);
		pass(account, Duration.ofSeconds(3));
		assertThat(account.isSpent()).isFalse();
		assertThat(account.isStalled()).isFalse();
		pass(account, TICK);
		assertThat(account.isSpent()).isTrue();
		assertThat(account.isStalled()).isTrue();
	}

	@Test
	void clientThatTakesSomethingNowAndThenIsNotDead() {
		WaitAccount account = account();
		report(1000, 1);
		for (int i = 0; i < 20; i++) {
			pass(account, Duration.ofMillis(2900));
			pass(account, true, 0, 1);
		}
		assertThat(account.isSpent()).isFalse();
	}

	@Test
	void whereNobodyHasEverythingADeadClientIsWaitedForUntilItsWriteTimeout() {
		WaitAccount account = account();
		report(1, 0);
		pass(account, Duration.ofSeconds(29));
		assertThat(account.isSpent()).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "CANNOT_WAIT, 0, true", "CANNOT_WAIT, 500, true", "WAITS_FOR_PROGRESS, 0, true",
			"WAITS_FOR_PROGRESS, 500, false", "WAITS, 0, false", "WAITS, 500, false" })
	void publisherThatCannotWaitDoesNot(PublisherPace pace, int eventsInATick, boolean spent) {
		this.pace = pace;
		WaitAccount account = account();
		for (int i = 0; i < 20; i++) {
			report(1, 0);
			pass(account, true, eventsInATick, 1);
		}
		assertThat(account.isSpent()).isEqualTo(spent);
	}

	@Test
	void machineThatStoodStillIsNobodysFault() {
		WaitAccount account = account();
		report(100, 99);
		this.now += Duration.ofSeconds(20).toNanos();
		pass(account, true, 0, 0);
		assertThat(account.isSpent()).isFalse();
	}

	/**
	 * A crowd that one machine serves in turn: each client is full most of the time, and
	 * the last to be served in every round.
	 */
	@Test
	void lastOfACrowdThatIsServedInTurnIsWaitedFor() {
		List<WaitAccount> accounts = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			accounts.add(account());
		}
		for (int round = 0; round < 100; round++) {
			for (int part = 0; part < 10; part++) {
				report(500, part * 50);
				this.now += Duration.ofMillis(200).toNanos();
				this.contention.advance(this.now);
				for (int i = 0; i < 500; i++) {
					boolean served = i / 50 < part;
					long place = round * WINDOW / 2 + (served ? WINDOW / 2 : 0);
					accounts.get(i).settle(!served, place, place * 100, WINDOW);
				}
			}
		}
		assertThat(accounts).noneMatch(WaitAccount::isSpent);
	}

	private WaitAccount account() {
		return new WaitAccount(this.contention, 0);
	}

	private void report(int readers, int complete) {
		this.contention.report(this.first, readers - readers / 2, complete - complete / 2);
		this.contention.report(this.second, readers / 2, complete / 2);
	}

	private void pass(WaitAccount account, Duration time) {
		for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(TICK)) {
			pass(account, true, 0, 0);
		}
	}

	private void pass(WaitAccount account, boolean blocked, int events, int bytes) {
		this.now += TICK.toNanos();
		this.contention.advance(this.now);
		this.position += events;
		this.bytes += bytes;
		account.settle(blocked, this.position, this.bytes, WINDOW);
	}

}
