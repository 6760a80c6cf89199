package io.eventsource.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.ConformanceKit;
import io.eventsource.Event;
import io.eventsource.EventStreamParser;
import io.eventsource.EventStreamParser.Parsed;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.EveryBlockReader;
import io.eventsource.HttpCase;
import io.eventsource.WireVector;
import io.eventsource.engine.log.FrameEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Proves the bytes on the wire, and that parsers other than ours understand them.
 */
class WireFormatTests {

	private static final int WHOLE = Integer.MAX_VALUE / 2;

	@ParameterizedTest(name = "{0}")
	@MethodSource("written")
	void eventIsWrittenAs(WireVector vector) {
		assertThat(new String(vector.write(), StandardCharsets.UTF_8)).isEqualTo(vector.bytes());
		assertThat(vector.write()).isEqualTo(vector.bytes().getBytes(StandardCharsets.UTF_8));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("refused")
	void eventIsRefusedWhenItIsMade(WireVector vector) {
		assertThatIllegalArgumentException().isThrownBy(vector::write)
			.withMessageContaining(vector.refusal())
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContainPattern("\\p{Cc}"));
	}

	@ParameterizedTest(name = "{1}: {0}")
	@MethodSource("understood")
	void streamIsUnderstoodBy(WireVector vector, EventStreamParser parser) throws IOException {
		Parsed parsed = parser.parse(vector.bytes(), WHOLE);
		assertThat(parsed.events()).isEqualTo(vector.events());
		assertThat(parsed.retry()).isEqualTo(vector.retry());
		if (parsed.lastEventId() != null) {
			assertThat(parsed.lastEventId()).isEqualTo(vector.lastEventId());
		}
		if (parsed.comments() != null) {
			assertThat(parsed.comments()).isEqualTo(vector.comments());
		}
	}

	@ParameterizedTest(name = "{1}: {0}")
	@MethodSource("understood")
	void streamIsUnderstoodByteByByteBy(WireVector vector, EventStreamParser parser) throws IOException {
		assertThat(parser.parse(vector.bytes(), 1)).isEqualTo(parser.parse(vector.bytes(), WHOLE));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("bytes")
	void readersThatHandOutEveryBlockMakeOfIt(WireVector vector) {
		assertThat(EveryBlockReader.read(vector.bytes().getBytes(StandardCharsets.UTF_8)))
			.isEqualTo(vector.handedOut());
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("written")
	void nothingWithoutDataIsHandedOutButForAnIdOrAType(WireVector vector) {
		long ids = vector.bytes().lines().filter((line) -> line.startsWith("id: ")).count();
		List<Received> more = new ArrayList<>(vector.handedOut());
		vector.events().forEach(more::remove);
		assertThat(more).hasSizeLessThanOrEqualTo((int) ids).allSatisfy((event) -> assertThat(event.data()).isEmpty());
	}

	@ParameterizedTest(name = "{1}: {0}")
	@MethodSource("excepted")
	void exceptionForAParserIsStillNeeded(WireVector vector, EventStreamParser parser) {
		assertThat(parser)
			.satisfies((it) -> assertThat(it.parse(vector.bytes(), WHOLE).isWhatIsExpectedOf(vector)).isFalse());
	}

	@ParameterizedTest(name = "{0}")
	@EnumSource(EventStreamParser.class)
	void anyTextArrivesWithItsLineEndsAsLineFeeds(EventStreamParser parser) throws IOException {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		Random random = new Random(seed);
		FrameEncoder encoder = new FrameEncoder(String::valueOf, 4096);
		for (int i = 0; i < 500; i++) {
			String data = anyText(random);
			Event event = Event.builder().id("1").type("t").data(data).build();
			assertThat(parser.parse(encoder.encode(event).body(), 1 + random.nextInt(8)).events())
				.as("-Deventsource.seed=%d, case %d", seed, i)
				.containsExactly(new Received("t", arriving(data), "1"));
		}
	}

	private static String anyText(Random random) {
		String[] pieces = { "\r", "\n", "\r\n", " ", ":", "data:", "id: 2", "event", "retry: 1", "a", "\t", "é", "€",
				"😀", "\ud83d", "\ude00", "\u2028", "\u0085", "\u000b" };
		return IntStream.range(0, 1 + random.nextInt(12))
			.mapToObj((i) -> pieces[random.nextInt(pieces.length)])
			.collect(Collectors.joining());
	}

	private static String arriving(String data) {
		return new String(data.replace("\r\n", "\n").replace('\r', '\n').getBytes(StandardCharsets.UTF_16),
				StandardCharsets.UTF_16);
	}

	@Test
	void everyRowAboutBytesHasAVector() {
		assertThat(ConformanceKit.vectors().stream().map(WireVector::row).collect(Collectors.toSet()))
			.containsExactlyInAnyOrderElementsOf(
					IntStream.concat(IntStream.rangeClosed(1, 20), IntStream.of(30, 33)).boxed().toList());
	}

	@Test
	void everyRowOfTheKitHasItsRule() {
		assertThat(Stream
			.concat(ConformanceKit.vectors().stream().map(WireVector::row),
					ConformanceKit.httpCases().stream().map(HttpCase::row))
			.collect(Collectors.toSet())).isEqualTo(ConformanceKit.rules());
	}

	@Test
	void namesAreUniqueAndFaultsAreOfVectorsThatThereAre() {
		List<String> names = ConformanceKit.vectors().stream().map(WireVector::name).toList();
		assertThat(names).doesNotHaveDuplicates().containsAll(ConformanceKit.faultyVectors());
	}

	@Test
	void nothingIsEverWrittenBeforeTheFirstFieldOfAStream() {
		List<String> starts = List.of(":", "id: ", "event: ", "retry: ", "data: ");
		assertThat(written()).allSatisfy((vector) -> assertThat(vector.bytes())
			.matches((bytes) -> starts.stream().anyMatch(bytes::startsWith), "starts with a field"));
	}

	static Stream<WireVector> written() {
		return ConformanceKit.vectors().stream().filter((vector) -> !vector.isRefused() && !vector.isRaw());
	}

	static Stream<WireVector> bytes() {
		return ConformanceKit.vectors().stream().filter((vector) -> !vector.isRefused());
	}

	static Stream<WireVector> refused() {
		return ConformanceKit.vectors().stream().filter(WireVector::isRefused);
	}

	static Stream<Arguments> understood() {
		return readings(false);
	}

	static Stream<Arguments> excepted() {
		return readings(true);
	}

	private static Stream<Arguments> readings(boolean excepted) {
		return ConformanceKit.vectors()
			.stream()
			.filter((vector) -> !vector.isRefused())
			.flatMap((vector) -> Arrays.stream(EventStreamParser.values())
				.filter((parser) -> parser == EventStreamParser.READER || !vector.isRaw())
				.filter((parser) -> excepted == parser.hasFault(vector))
				.map((parser) -> Arguments.of(vector, parser)));
	}

}
