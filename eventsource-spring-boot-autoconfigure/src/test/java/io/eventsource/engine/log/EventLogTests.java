package io.eventsource.engine.log;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.GapCause;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

class EventLogTests {

	private static final FrameEncoder encoder = new FrameEncoder(String::valueOf, 10_000);

	private final EventLog log = new EventLog(4, 100_000, false, false, System::nanoTime);

	@Test
	void emptyLogStartsAndEndsAtZero() {
		assertThat(this.log.head()).isZero();
		assertThat(this.log.tail()).isZero();
		assertThat(this.log.hasEnded()).isFalse();
	}

	@Test
	void eventsAreNumberedInTheOrderTheyCome() {
		append(3);
		assertThat(this.log.head()).isZero();
		assertThat(this.log.tail()).isEqualTo(3);
		for (int i = 0; i < 3; i++) {
			assertThat(this.log.frame(i).sequence()).isEqualTo(i);
			assertThat(text(this.log.frame(i))).endsWith("-" + i + "\ndata: " + i + "\n\n");
		}
	}

	@Test
	void oldestEventLeavesWhenThereAreTooMany() {
		append(4);
		assertThat(this.log.head()).isZero();
		append(1);
		assertThat(this.log.head()).isOne();
		assertThat(this.log.frame(0)).isNull();
		assertThat(this.log.frame(1)).isNotNull();
		append(100);
		assertThat(this.log.tail()).isEqualTo(105);
		assertThat(this.log.head()).isEqualTo(101);
		assertThat(this.log.frame(100)).isNull();
		assertThat(this.log.frame(101).sequence()).isEqualTo(101);
	}

	@Test
	void oldestEventsLeaveWhenTheyTakeTooManyBytes() {
		EncodedEvent event = withId("1", "x".repeat(100 - "id: 1\ndata: \n\n".length()));
		EventLog log = new EventLog(100, 3 * event.weight(), false, false, System::nanoTime);
		for (int i = 0; i < 3; i++) {
			log.append(event);
		}
		assertThat(log.head()).isZero();
		log.append(event);
		assertThat(log.head()).isOne();
		log.append(withId("2", "x".repeat(200)));
		assertThat(log.head()).isEqualTo(3);
		assertThat(log.tail()).isEqualTo(5);
	}

	@Test
	void bytesOfEventsThatHaveLeftAreNotCounted() {
		EventLog log = new EventLog(2, 2000, false, false, System::nanoTime);
		for (int i = 0; i < 1000; i++) {
			log.append(withId("1", "x".repeat(300)));
			assertThat(log.tail() - log.head()).isEqualTo(Math.min(i + 1, 2));
		}
	}

	@Test
	void newestEventIsKeptHoweverLargeItIs() {
		EventLog log = new EventLog(4, 100, false, false, System::nanoTime);
		log.append(withId("1", "small"));
		log.append(withId("2", "x".repeat(500)));
		assertThat(log.head()).isOne();
		assertThat(log.frame(1)).isNotNull();
		log.append(withId("3", "small"));
		assertThat(log.head()).isEqualTo(2);
		assertThat(log.frame(2)).isNotNull();
	}

	@Test
	void logOfOneEventKeepsTheNewest() {
		EventLog log = new EventLog(1, 1000, false, false, System::nanoTime);
		log.append(withId("1", "a"));
		log.append(withId("2", "b"));
		assertThat(log.head()).isOne();
		assertThat(log.tail()).isEqualTo(2);
		assertThat(start(log, "2")).isEqualTo(new StartPosition(2, null, null));
		assertThat(start(log, "1")).isEqualTo(new StartPosition(1, GapCause.UNKNOWN, null));
	}

	@Test
	void newClientStartsWithWhatComesNext() {
		assertThat(start(null)).isEqualTo(new StartPosition(0, null, null));
		append(3);
		assertThat(start(null)).isEqualTo(new StartPosition(3, null, null));
	}

	@Test
	void newClientOfAnEndedLogStartsWithAllThatWasKept() {
		append(6);
		this.log.end();
		assertThat(start(null)).isEqualTo(new StartPosition(2, null, null));
	}

	@Test
	void clientStartsBehindTheEventItHas() {
		append(3);
		assertThat(start(epoch() + "-0")).isEqualTo(new StartPosition(1, null, null));
		assertThat(start(epoch() + "-1")).isEqualTo(new StartPosition(2, null, null));
		assertThat(start(epoch() + "-2")).isEqualTo(new StartPosition(3, null, null));
	}

	@Test
	void clientThatMissedNothingStartsWithTheOldestEvent() {
		append(7);
		assertThat(this.log.head()).isEqualTo(3);
		assertThat(start(epoch() + "-2")).isEqualTo(new StartPosition(3, null, null));
	}

	@Test
	void clientThatMissedEventsIsToldHowMany() {
		append(7);
		assertThat(start(epoch() + "-1")).isEqualTo(new StartPosition(3, GapCause.EVICTED, 1L));
		assertThat(start(epoch() + "-0")).isEqualTo(new StartPosition(3, GapCause.EVICTED, 2L));
	}

	@Test
	void idOfAnEarlierRunIsToldFromOneOfToday() {
		String earlier = epoch(new EventLog(4, 100, false, false, System::nanoTime));
		append(3);
		assertThat(start(earlier + "-1")).isEqualTo(new StartPosition(0, GapCause.RESTARTED, null));
		assertThat(start(earlier + "-999")).isEqualTo(new StartPosition(0, GapCause.RESTARTED, null));
	}

	@Test
	void everyRunHasItsOwnName() {
		Set<String> epochs = new HashSet<>();
		for (int i = 0; i < 20; i++) {
			String epoch = epoch(new EventLog(1, 100, false, false, System::nanoTime));
			assertThat(epoch).matches("[0-9a-z]+");
			epochs.add(epoch);
		}
		assertThat(epochs).hasSizeGreaterThan(15);
	}

	@Test
	void idsOfTheUserAreFound() {
		this.log.append(withId("a/1", "x"));
		this.log.append(withId("日本", "x"));
		append(1);
		assertThat(start("a/1")).isEqualTo(new StartPosition(1, null, null));
		assertThat(start("日本")).isEqualTo(new StartPosition(2, null, null));
		assertThat(start("a/2")).isEqualTo(new StartPosition(0, GapCause.UNKNOWN, null));
	}

	@Test
	void idOfTheUserThatHasLeftIsUnknown() {
		this.log.append(withId("a", "x"));
		append(4);
		assertThat(start("a")).isEqualTo(new StartPosition(1, GapCause.UNKNOWN, null));
	}

	@Test
	void idThatWasUsedTwiceMeansTheNewerEvent() {
		this.log.append(withId("a", "1"));
		this.log.append(withId("b", "2"));
		this.log.append(withId("a", "3"));
		this.log.append(withId("c", "4"));
		assertThat(start("a")).isEqualTo(new StartPosition(3, null, null));
		append(2);
		assertThat(this.log.head()).isEqualTo(2);
		assertThat(start("a")).isEqualTo(new StartPosition(3, null, null));
		append(1);
		assertThat(start("a")).isEqualTo(new StartPosition(3, GapCause.UNKNOWN, null));
	}

	@Test
	void idWithoutDataIsAPlaceToResumeFrom() {
		append(1);
		this.log.append(encoder.encode(Event.builder().id("checkpoint").build()));
		append(1);
		assertThat(start("checkpoint")).isEqualTo(new StartPosition(2, null, null));
	}

	@ParameterizedTest
	@MethodSource("hostileIds")
	void hostileIdIsUnknown(String id) {
		append(6);
		assertThatNoException().isThrownBy(() -> start(id));
		assertThat(start(id).position()).isEqualTo(2);
		assertThat(start(id).gap()).isIn(GapCause.UNKNOWN, GapCause.RESTARTED);
		assertThat(start(id).missed()).isNull();
	}

	@Test
	void olderEventIsFoundOnceThoseBehindItAreThere() {
		List<EncodedEvent> older = List.of(withId("a", "0"), withId("b", "1"), withId("c", "2"));
		this.log.prepend(new AbstractList<>() {

			@Override
			public EncodedEvent get(int index) {
				assertThat(EventLogTests.this.log.frame("a")).isNull();
				return older.get(index);
			}

			@Override
			public int size() {
				return older.size();
			}

		});
		assertThat(start("a").position()).isEqualTo(-2);
		assertThat(List.of(this.log.frame(-2), this.log.frame(-1))).extracting(Frame::id).containsExactly("b", "c");
	}

	static List<String> hostileIds() {
		List<String> ids = new ArrayList<>(List.of("", "-", "--", "--1", "-1", "1", "0", "a-", "-a", "a-1", "\u0000",
				"a\u0000-1", "\r\n", "\ud83d", "1-9223372036854775807", "1-9223372036854775808",
				"1-99999999999999999999999999", "1--1", "1-+1", "1-0x1", "1-1 ", " 1-1", "1-١", "null", "gap",
				"../../etc/passwd", "${jndi:ldap://x}", "' OR 1=1 --"));
		ids.add("x".repeat(10_000));
		ids.add("-".repeat(10_000));
		ids.add("1-" + "9".repeat(10_000));
		return ids;
	}

	@ParameterizedTest
	@ValueSource(strings = { "-", "--1", "-+1", "-1x", "- 1", "-99999999999999999999", "-9223372036854775807",
			"-999999999999999999", "-6", "", "-\u0661", "-1+", "-1\u0000", "-1-1" })
	void hostileIdOfThisRunIsUnknown(String end) {
		append(6);
		assertThat(start(epoch() + end)).isEqualTo(new StartPosition(2, GapCause.UNKNOWN, null));
	}

	@Test
	void idIsExact() {
		append(3);
		assertThat(start(epoch().toUpperCase(java.util.Locale.ROOT) + "-1").gap()).isNotNull();
		assertThat(start("x" + epoch() + "-1").gap()).isEqualTo(GapCause.UNKNOWN);
		assertThat(start(epoch().substring(1) + "-1").gap()).isEqualTo(GapCause.UNKNOWN);
	}

	@Test
	void endedLogTakesNothingMore() {
		append(2);
		assertThat(this.log.hasEnded()).isFalse();
		this.log.end();
		append(1);
		assertThat(this.log.hasEnded()).isTrue();
		assertThat(this.log.tail()).isEqualTo(2);
		this.log.end();
		assertThat(this.log.tail()).isEqualTo(2);
	}

	@Test
	void clientOfAnEndedLogResumesAsBefore() {
		append(6);
		this.log.end();
		assertThat(start(epoch() + "-3")).isEqualTo(new StartPosition(4, null, null));
		assertThat(start(epoch() + "-5")).isEqualTo(new StartPosition(6, null, null));
		assertThat(start(epoch() + "-0")).isEqualTo(new StartPosition(2, GapCause.EVICTED, 1L));
	}

	private StartPosition start(@Nullable String lastEventId) {
		return start(this.log, lastEventId);
	}

	private static StartPosition start(EventLog log, @Nullable String lastEventId) {
		return new StartPositions(log).find(lastEventId, 0);
	}

	private void append(int count) {
		IntStream.range(0, count)
			.forEach((i) -> this.log.append(encoder.encode(Event.of(String.valueOf(this.log.tail())))));
	}

	private String epoch() {
		return text(this.log.frame(this.log.head())).substring("id: ".length()).split("-")[0];
	}

	private static String epoch(EventLog log) {
		log.append(encoder.encode(Event.of("x")));
		return text(log.frame(0)).substring("id: ".length()).split("-")[0];
	}

	private static String text(Frame frame) {
		return new String(frame.bytes(), StandardCharsets.UTF_8);
	}

	private static EncodedEvent withId(String id, String data) {
		return encoder.encode(Event.builder().id(id).data(data).build());
	}

}
