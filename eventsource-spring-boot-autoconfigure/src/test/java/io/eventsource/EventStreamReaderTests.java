package io.eventsource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.eventsource.EventStreamReader.Received;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the oracle itself to the examples of WHATWG HTML, section 9.2.6.
 */
class EventStreamReaderTests {

	private final EventStreamReader reader = new EventStreamReader();

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\r\n" })
	void dataLinesAreJoinedWithLineFeeds(String lineEnd) {
		feed(lineEnd, "data: YHOO", "data: +2", "data: 10", "");
		assertThat(this.reader.events()).containsExactly(new Received("message", "YHOO\n+2\n10", ""));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\r\n" })
	void idsAreKeptUntilTheNextOne(String lineEnd) {
		feed(lineEnd, ": test stream", "", "data: first event", "id: 1", "", "data:second event", "id", "",
				"data:  third event", "");
		assertThat(this.reader.events()).containsExactly(new Received("message", "first event", "1"),
				new Received("message", "second event", ""), new Received("message", " third event", ""));
		assertThat(this.reader.comments()).containsExactly("test stream");
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\r\n" })
	void emptyDataIsAnEventAndMissingDataIsNone(String lineEnd) {
		feed(lineEnd, "data", "", "data", "data", "", "event: x", "", "data:");
		assertThat(this.reader.events()).containsExactly(new Received("message", "", ""),
				new Received("message", "\n", ""));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\r\n" })
	void oneSpaceAfterTheColonIsRemoved(String lineEnd) {
		feed(lineEnd, "data:test", "", "data: test", "", "data:  test", "");
		assertThat(this.reader.events()).extracting(Received::data).containsExactly("test", "test", " test");
	}

	@Test
	void lineEndsMayBeMixed() {
		feed("data: a\rdata: b\r\ndata: c\n\r\ndata: d\n\r");
		assertThat(this.reader.events()).extracting(Received::data).containsExactly("a\nb\nc", "d");
	}

	@Test
	void carriageReturnEndsTheLineAtOnce() {
		feed("data: a\r\r");
		assertThat(this.reader.events()).hasSize(1);
		feed("\ndata: b\r\r");
		assertThat(this.reader.events()).hasSize(2);
	}

	@Test
	void fieldNamesAreExact() {
		feed("Data: a\n data: b\ndata : c\ndatax: d\nda\n\n");
		assertThat(this.reader.events()).isEmpty();
	}

	@Test
	void lastTypeWinsAndIsForgottenAfterTheEvent() {
		feed("event: a\nevent: b\ndata: 1\n\ndata: 2\n\nevent: c\n\ndata: 3\n\nevent: d\nevent:\ndata: 4\n\n");
		assertThat(this.reader.events()).extracting(Received::type)
			.containsExactly("b", "message", "message", "message");
	}

	@Test
	void idCountsWhenItsBlockEnds() {
		feed("id: 1\n");
		assertThat(this.reader.lastEventId()).isEmpty();
		feed("\n");
		assertThat(this.reader.lastEventId()).isEqualTo("1");
	}

	@Test
	void reconnectionTimeCountsAtOnceAndIsDigitsOnly() {
		assertThat(this.reader.reconnectionTime()).isNull();
		feed("retry: 10\n");
		assertThat(this.reader.reconnectionTime()).isEqualTo(Duration.ofMillis(10));
		feed("retry: -1\nretry: 1.5\nretry\nretry: \u0663\nretry:  7\n");
		assertThat(this.reader.reconnectionTime()).isEqualTo(Duration.ofMillis(10));
	}

	@Test
	void brokenCharactersBecomeReplacementCharacters() {
		this.reader.feed(new byte[] { 'd', 'a', 't', 'a', ':', (byte) 0xE2, (byte) 0x82, '\n', '\n' });
		assertThat(this.reader.events()).extracting(Received::data).containsExactly("\ufffd");
	}

	private void feed(String lineEnd, String... lines) {
		for (String line : lines) {
			feed(line + lineEnd);
		}
	}

	private void feed(String text) {
		for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
			this.reader.feed(next);
		}
	}

}
