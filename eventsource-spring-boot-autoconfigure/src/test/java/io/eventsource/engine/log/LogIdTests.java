package io.eventsource.engine.log;

import java.util.Random;

import io.eventsource.Event;
import io.eventsource.GapCause;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ids that logs give, and others that are not taken for them.
 */
class LogIdTests {

	private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

	private final EventLog log = new EventLog(4, 100_000, false, false, System::nanoTime);

	@RepeatedTest(100)
	void idThatALogHasGivenIsReadBack() {
		String epoch = LogId.newEpoch();
		assertThat(epoch).matches("[0-9a-z]{15}");
		for (long n : new long[] { 0, 9, 10, 1234567, 999_999_999_999_999_999L }) {
			assertThat(LogId.parse(LogId.ofEvent(epoch, n))).isEqualTo(new LogId(epoch, n + 1, false));
			assertThat(LogId.parse(LogId.ofOpening(epoch, n))).isEqualTo(new LogId(epoch, n, true));
		}
	}

	@Test
	void idCanBeUsedInAUrlAndAsAnIdOfAnEvent() {
		String epoch = LogId.newEpoch();
		for (String id : new String[] { LogId.ofEvent(epoch, 7), LogId.ofOpening(epoch, 0) }) {
			assertThat(id).matches("[0-9a-z~-]+").hasSizeLessThan(64);
			assertThat(Event.builder().id(id).build().id()).isEqualTo(id);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "payments-10-77", "order123456-7", "aaaaaaaaaaa-0", "mws8ifd1fz6-0", "00000000000-1",
			"mws8ifd1fz6abcd-0", "aaaaaaaaaaaaaaa-0", "000000000000000-0", "2026-11-26T10:00-1", "1763980000000-0",
			"17639800000000-12", "eu-west-1-orders-5", "550e8400-e29b-41d4-a716-446655440000", "customer-000012-3",
			"customer-000012~3", "abcdefghijklmno-123", "abcdefghijklmno~123", "ABCDEFGHIJKLMNO-1" })
	void idOfTheApplicationIsNotTakenForOneOfAnEarlierRun(String id) {
		assertThat(LogId.parse(id)).isNull();
		assertThat(new StartPositions(this.log).find(id, 0).gap()).isEqualTo(GapCause.UNKNOWN);
	}

	@Test
	void idsOfTheShapeOfOursAreHardlyEverTakenForOurs() {
		Random random = new Random(9);
		int taken = 0;
		for (int i = 0; i < 200_000; i++) {
			StringBuilder id = new StringBuilder();
			for (int j = 0; j < 15; j++) {
				id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
			}
			taken += (LogId.parse(id.append("-1").toString()) != null) ? 1 : 0;
		}
		assertThat(taken).isLessThan(4);
	}

	@Test
	void anyChangeToAnEpochIsNoticed() {
		String epoch = LogId.newEpoch();
		int taken = 0;
		for (int i = 0; i < epoch.length(); i++) {
			for (char c : ALPHABET.toCharArray()) {
				String other = epoch.substring(0, i) + c + epoch.substring(i + 1);
				taken += (!other.equals(epoch) && LogId.parse(other + "-0") != null) ? 1 : 0;
			}
		}
		assertThat(taken).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "-", "~", "-00", "~01", "-+1", "--1", "~-1", "-1 ", "-1x", "-\u0661", ":0", "_0",
			"-1~2", "~1-2", "-9223372036854775807", "~end", "~1000000000000000000" })
	void otherFormsAreNotRead(String end) {
		assertThat(LogId.parse(LogId.newEpoch() + end)).isNull();
	}

}
