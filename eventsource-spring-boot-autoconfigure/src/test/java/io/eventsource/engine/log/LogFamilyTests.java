package io.eventsource.engine.log;

import java.util.ArrayList;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.GapCause;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logs that take their numbers from one sequence.
 */
class LogFamilyTests {

	private static final FrameEncoder ENCODER = new FrameEncoder(Object::toString, 1000);

	private final LogFamily family = new LogFamily();

	@Test
	void numberIsAPlaceInEachLog() {
		EventLog one = log(4, 0);
		EventLog other = log(4, 0);
		append(one, "a");
		append(other, "b");
		append(one, "c");
		assertThat(start(one, 1)).isEqualTo(StartPosition.at(1));
		assertThat(start(one, 2)).isEqualTo(StartPosition.at(1));
		assertThat(start(one, 3)).isEqualTo(StartPosition.at(2));
		assertThat(start(other, 1)).isEqualTo(StartPosition.at(0));
		assertThat(start(other, 3)).isEqualTo(StartPosition.at(1));
		assertThat(start(other, 4).gap()).isEqualTo(GapCause.UNKNOWN);
		assertThat(new StartPositions(one).find("somebody's", 0).gap()).isEqualTo(GapCause.UNKNOWN);
		assertThat(new StartPositions(one).find(LogId.ofEvent(LogId.newEpoch(), 1), 0).gap())
			.isEqualTo(GapCause.RESTARTED);
	}

	@Test
	void openingIdStandsForWhatComesNextInTheLogWhateverComesInOthers() {
		EventLog one = log(4, 0);
		EventLog other = log(4, 0);
		String opening = one.ids().opening(one.tail());
		append(other, "b");
		append(one, "a");
		assertThat(new StartPositions(one).find(opening, 0)).isEqualTo(StartPosition.at(0));
		append(one, "c");
		assertThat(one.ids().opening(1)).isEqualTo(LogId.ofOpening(one.epoch(), 3));
	}

	@Test
	void logThatSucceedsAnotherKnowsWhatItHadLost() {
		EventLog first = log(4, 0);
		append(first, "a");
		append(first, "b");
		EventLog second = log(4, first.ids().lastNumber());
		assertThat(start(second, 1).gap()).isEqualTo(GapCause.EVICTED);
		assertThat(start(second, 2)).isEqualTo(StartPosition.at(0));
		append(second, "c");
		assertThat(start(second, 2)).isEqualTo(StartPosition.at(0));
		assertThat(start(second, 3)).isEqualTo(StartPosition.at(1));
	}

	@Test
	void noIdOfBeforeIsAPlaceBehindWhichNothingIsMissingOnceTheLogWasRenewed() {
		EventLog log = log(4, 0);
		append(log, "a");
		log.renew();
		assertThat(start(log, 1).gap()).isEqualTo(GapCause.EVICTED);
		assertThat(start(log, this.family.last())).isEqualTo(StartPosition.at(1));
	}

	@Test
	void familyCountsTheBytesOfAllLogs() {
		EventLog one = log(2, 0);
		EventLog other = log(2, 0);
		append(one, "a");
		append(other, "b");
		assertThat(this.family.bytes()).isEqualTo(one.memory().held() + other.memory().held()).isPositive();
		append(one, "c");
		append(one, "d");
		assertThat(this.family.bytes()).isEqualTo(one.memory().held() + other.memory().held());
		one.renew();
		other.renew();
		assertThat(this.family.bytes()).isZero();
	}

	/**
	 * Whatever was published to which of three logs: behind any number there is either
	 * everything that the log was given after it, or a gap.
	 */
	@Property(tries = 300)
	void nothingIsMissingBehindANumberUnlessItIsTold(
			@ForAll @Size(max = 40) List<@IntRange(min = 0, max = 2) Integer> topics, @ForAll boolean renewed) {
		LogFamily shared = new LogFamily();
		List<EventLog> logs = new ArrayList<>();
		List<List<Long>> numbers = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			logs.add(log(shared, 4, 0));
			numbers.add(new ArrayList<>());
		}
		for (int topic : topics) {
			append(logs.get(topic), "x");
			numbers.get(topic).add(shared.last());
			if (renewed && topic == 0) {
				logs.set(0, log(shared, 4, logs.get(0).ids().lastNumber()));
			}
		}
		for (int topic = 0; topic < 3; topic++) {
			EventLog log = logs.get(topic);
			for (long number = 0; number <= shared.last(); number++) {
				long after = number;
				StartPosition start = new StartPositions(log).find(LogId.ofEvent(shared.epoch(), number), 0);
				long expected = numbers.get(topic).stream().filter((each) -> each > after).count();
				if (start.gap() == null) {
					assertThat(log.tail() - start.position()).isEqualTo(expected);
				}
				else {
					assertThat(expected).isGreaterThan(log.tail() - log.head());
				}
			}
		}
	}

	private EventLog log(int capacity, long lost) {
		return log(this.family, capacity, lost);
	}

	private static EventLog log(LogFamily family, int capacity, long lost) {
		return new EventLog(capacity, 100_000, false, false, () -> 0, new LogOrigin(family, lost));
	}

	private static void append(EventLog log, String data) {
		log.append(ENCODER.encode(Event.of(data)));
	}

	private StartPosition start(EventLog log, long number) {
		return new StartPositions(log).find(LogId.ofEvent(this.family.epoch(), number), 0);
	}

}
