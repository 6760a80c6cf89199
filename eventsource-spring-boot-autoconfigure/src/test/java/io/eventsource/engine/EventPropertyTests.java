package io.eventsource.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.eventsource.Event;
import io.eventsource.EventStreamParser;
import io.eventsource.EventStreamParser.Parsed;
import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.FramePlace;
import io.eventsource.engine.log.StartPosition;
import io.eventsource.engine.log.StartPositions;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Whatever an event is made of, parsers that have never seen the code under test read
 * back this event and no other. A failure prints the smallest sample that was found, and
 * the seed.
 */
class EventPropertyTests {

	private static final String EPOCH = "run";

	@Property(tries = 500)
	void streamOfEventsIsReadBackAsTheSameEvents(@ForAll("events") List<Event> events) throws IOException {
		assertReadBack(events, EventStreamParser.READER);
		assertReadBack(events, EventStreamParser.OKHTTP);
		// It forgets an id that comes without data
		assertReadBack(events.stream().filter((event) -> event.data() != null).toList(),
				EventStreamParser.LAUNCHDARKLY);
	}

	private static void assertReadBack(List<Event> events, EventStreamParser parser) throws IOException {
		byte[] bytes = write(events);
		for (int chunk : new int[] { 1, 7, bytes.length + 1 }) {
			Parsed parsed = parser.parse(bytes, chunk);
			assertThat(parsed.events()).as("%s", parser).isEqualTo(received(events));
			if (parsed.comments() != null) {
				assertThat(parsed.comments()).as("%s", parser).isEqualTo(comments(events));
			}
		}
	}

	@Property(tries = 500)
	void clientHasTheIdAndTheReconnectionTimeOfTheLastEventThatSetThem(@ForAll("events") List<Event> events) {
		EventStreamReader reader = new EventStreamReader();
		reader.feed(write(events));
		assertThat(reader.lastEventId()).isEqualTo(lastEventId(events));
		assertThat(reader.reconnectionTime()).isEqualTo(events.stream()
			.map(Event::retry)
			.filter((retry) -> retry != null)
			.reduce(null, (first, second) -> second));
	}

	@Property(tries = 500)
	void clientThatSendsBackItsLastIdGetsWhatFollows(@ForAll("events") List<Event> events) {
		EventLog log = new EventLog(64, 1 << 24, false, false, System::nanoTime);
		EventStreamReader reader = new EventStreamReader();
		FrameEncoder encoder = new FrameEncoder(String::valueOf, 1 << 20);
		for (Event event : events) {
			long position = log.tail();
			log.append(encoder.encode(event));
			reader.feed(log.frame(position).bytes());
			if (event.id() != null && event.id().equals(clean(event.id()))
					|| event.data() != null && event.id() == null) {
				assertThat(new StartPositions(log).find(reader.lastEventId(), 0))
					.isEqualTo(StartPosition.at(position + 1));
			}
		}
	}

	@Property(tries = 500)
	void valueThatWouldEndItsLineMakesNoEvent(@ForAll("text") String before, @ForAll("text") String after,
			@ForAll("lineEnds") String lineEnd) {
		assertRefused(before + lineEnd + after, Event.builder()::id);
		assertRefused(before + lineEnd + after, Event.builder()::type);
	}

	@Property(tries = 500)
	void idThatCannotBeKeptOrSentBackMakesNoEvent(@ForAll("text") String before, @ForAll("text") String after,
			@ForAll("controlCharacters") char control) {
		assertRefused(before + control + after, Event.builder()::id);
		assertRefused(before + after + "~end", Event.builder()::id);
		assertRefused(before + "x".repeat(Event.MAX_ID_LENGTH + 1) + after, Event.builder()::id);
	}

	private static void assertRefused(String value, Consumer<String> setter) {
		assertThatIllegalArgumentException().isThrownBy(() -> setter.accept(value))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContainPattern("[\\p{Cc}\\p{Cs}\u2028\u2029]"));
	}

	private static byte[] write(List<Event> events) {
		FrameEncoder encoder = new FrameEncoder(String::valueOf, 1 << 20);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		for (int i = 0; i < events.size(); i++) {
			bytes.writeBytes(
					FrameEncoder.frame(encoder.encode(events.get(i)), false, new FramePlace(i, EPOCH, i, ""), 0, 0)
						.bytes());
		}
		return bytes.toByteArray();
	}

	private static List<Received> received(List<Event> events) {
		List<Received> received = new ArrayList<>();
		for (int i = 0; i < events.size(); i++) {
			Event event = events.get(i);
			if (event.data() != null) {
				received.add(new Received(clean(event.type()), clean(lines((String) event.data())),
						lastEventId(events.subList(0, i + 1))));
			}
		}
		return received;
	}

	private static String lastEventId(List<Event> events) {
		String last = "";
		for (int i = 0; i < events.size(); i++) {
			Event event = events.get(i);
			if (event.id() != null) {
				last = clean(event.id());
			}
			else if (event.data() != null) {
				last = EPOCH + "-" + i;
			}
		}
		return last;
	}

	private static List<String> comments(List<Event> events) {
		return events.stream()
			.filter((event) -> event.comment() != null)
			.flatMap((event) -> List.of(clean(lines(event.comment())).split("\n", -1)).stream())
			.toList();
	}

	private static String lines(String text) {
		return text.replace("\r\n", "\n").replace('\r', '\n');
	}

	/** Half a character cannot be sent. */
	private static String clean(String text) {
		return new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);
	}

	@Provide
	Arbitrary<List<Event>> events() {
		Arbitrary<String> ids = text().map((text) -> text.replaceAll("[\\p{Cc}\\p{Cs}]", ""))
			.map((text) -> text.replaceAll("^ +| +$", ""))
			.filter((id) -> !id.isBlank() && !id.endsWith("~end"));
		Arbitrary<String> types = text().map((text) -> text.replaceAll("[\r\n]", ""));
		Arbitrary<Duration> retries = Arbitraries.longs().greaterOrEqual(0).map(Duration::ofMillis);
		return Combinators
			.combine(ids.injectNull(0.5), types, text().injectNull(0.2), retries.injectNull(0.8),
					text().injectNull(0.8), text())
			.as(EventPropertyTests::event)
			.list()
			.ofMaxSize(8);
	}

	private static Event event(String id, String type, String data, Duration retry, String comment, String key) {
		Event.Builder event = Event.builder().type(type).key(key);
		if (id != null) {
			event.id(id);
		}
		if (retry != null) {
			event.retry(retry);
		}
		if (comment != null) {
			event.comment(comment);
		}
		if (data != null || (id == null && retry == null && comment == null)) {
			event.data((data != null) ? data : "");
		}
		return event.build();
	}

	@Provide
	Arbitrary<String> text() {
		Arbitrary<String> pieces = Arbitraries.of("\r", "\n", "\r\n", "\n\n", " ", ":", "\0", "\ufeff", "\u2028",
				"data: x", "id: 9", "event: x", "retry: 1", "message", "~end", "\ud83d\ude00", "\ud83d", "\ude00");
		return Arbitraries
			.oneOf(pieces, Arbitraries.chars().all().map(String::valueOf), Arbitraries.strings().ascii().ofLength(1))
			.list()
			.ofMaxSize(12)
			.map((parts) -> String.join("", parts));
	}

	@Provide
	Arbitrary<String> lineEnds() {
		return Arbitraries.of("\r", "\n", "\r\n");
	}

	@Provide
	Arbitrary<Character> controlCharacters() {
		return Arbitraries.chars().range('\0', '\u001f').range('\u007f', '\u009f');
	}

}
