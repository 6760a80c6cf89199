package io.eventsource;

import java.time.Duration;
import java.util.Map;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowable;

class EventTests {

	private static final String HOSTILE = "a\r\nb\u0000\u001b[31m\u007f\u0085\u2028\u2029\ud83d";

	@Test
	void eventHasTheDefaultTypeAndNothingElseUnlessSaid() {
		Event event = Event.of("text");
		assertThat(event.type()).isEqualTo("message");
		assertThat(event.data()).isEqualTo("text");
		assertThat(event.id()).isNull();
		assertThat(event.key()).isNull();
		assertThat(event.retry()).isNull();
		assertThat(event.comment()).isNull();
	}

	@Test
	void eventKeepsWhatItIsMadeOf() {
		Map<String, Integer> data = Map.of("a", 1);
		Event event = Event.builder()
			.id("7")
			.type("price")
			.data(data)
			.key("ACME")
			.retry(Duration.ofSeconds(2))
			.comment("why")
			.build();
		assertThat(event.id()).isEqualTo("7");
		assertThat(event.type()).isEqualTo("price");
		assertThat(event.data()).isSameAs(data);
		assertThat(event.key()).isEqualTo("ACME");
		assertThat(event.retry()).isEqualTo(Duration.ofSeconds(2));
		assertThat(event.comment()).isEqualTo("why");
	}

	@Test
	void eventOfATypeHasIt() {
		Event event = Event.of("price", 12);
		assertThat(event.type()).isEqualTo("price");
		assertThat(event.data()).isEqualTo(12);
	}

	@Test
	void emptyTypeIsTheDefaultType() {
		assertThat(Event.of("", "x").type()).isEqualTo(Event.DEFAULT_TYPE);
	}

	@Test
	void builderMayBeUsedForSeveralEvents() {
		Event.Builder builder = Event.builder().id("1").data("a");
		Event first = builder.build();
		Event second = builder.id("2").build();
		assertThat(first.id()).isEqualTo("1");
		assertThat(second.id()).isEqualTo("2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\r\n", "a\nb", "a\rb", "a\r\nb", "a\n", "\ra" })
	void lineBreakInTheTypeIsRefused(String type) {
		assertRefused(() -> Event.of(type, "x"), "type", "line break", "would end the field");
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\r\n", "a\nb", "a\rb", "a\r\nb", "a\n", "\ra" })
	void lineBreakInTheIdIsRefused(String id) {
		assertRefused(() -> Event.builder().id(id), "id", "line break", "would end the field");
	}

	@Test
	void refusalNamesTheValueWithItsControlCharactersEscaped() {
		assertRefused(() -> Event.of("a\r\nb\tc\u001b", "x"), "\"a\\u000d\\u000ab\\u0009c\\u001b\"");
		assertRefused(() -> Event.builder().id("a\u0000b"), "\"a\\u0000b\"");
	}

	@Test
	void refusalOfALongValueNamesItsStartOnly() {
		assertRefused(() -> Event.of("\n" + "x".repeat(1_000_000), "x"), "\"\\u000axxx", "\"...");
		Throwable refusal = catchThrowable(() -> Event.of("\n" + "x".repeat(1_000_000), "x"));
		assertThat(refusal.getMessage()).hasSizeLessThan(300);
	}

	@Test
	void nulInTheIdIsRefused() {
		assertRefused(() -> Event.builder().id("a\u0000"), "id", "NUL", "clients ignore");
	}

	@Test
	void emptyIdIsRefused() {
		assertRefused(() -> Event.builder().id(""), "id", "must not be empty", "resets", "leave the id out");
	}

	@ParameterizedTest
	@ValueSource(strings = { " ", "   ", "\t" })
	void blankIdIsRefused(String id) {
		assertRefused(() -> Event.builder().id(id), "id", "must not be empty or blank", "resets", "leave the id out");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\u0001", "\u001b[31m", "a\tb", "a\u007fb", "a\u0085", "\u009b" })
	void controlCharacterInTheIdIsRefused(String id) {
		assertRefused(() -> Event.builder().id(id), "id", "control characters", "servers refuse them");
	}

	@ParameterizedTest
	@ValueSource(strings = { " a", "a ", " a ", "   a" })
	void idWithABlankAtAnEndIsRefused(String id) {
		assertRefused(() -> Event.builder().id(id), "id", "begin or end with a blank", "header", LogSanitizer.quote(id),
				"strip it");
		assertThat(Event.builder().id("a b").build().id()).isEqualTo("a b");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\ud83d", "\ude00a", "a\ude00\ud83db" })
	void idWithHalfASurrogatePairIsRefused(String id) {
		assertRefused(() -> Event.builder().id(id), "id", "half of a surrogate pair", LogSanitizer.quote(id));
		assertThat(Event.builder().id("\ud83d\ude00").build().id()).isEqualTo("\ud83d\ude00");
	}

	@ParameterizedTest
	@ValueSource(strings = { "~end", "chapter1~end" })
	void idThatMeansTheEndOfAStreamIsRefused(String id) {
		assertRefused(() -> Event.builder().id(id), "id", "must not end with '~end'", "nothing more");
	}

	@Test
	void idThatFitsNoHeaderIsRefused() {
		assertThatNoException().isThrownBy(() -> Event.builder().id("x".repeat(Event.MAX_ID_LENGTH)));
		assertRefused(() -> Event.builder().id("x".repeat(Event.MAX_ID_LENGTH + 1)), "at most 1024", "1025");
	}

	@Test
	void longKeyIsRefused() {
		assertThatNoException().isThrownBy(() -> Event.builder().key("x".repeat(1024)));
		assertRefused(() -> Event.builder().key("x".repeat(1025)), "key", "at most 1024", "1025");
	}

	@Test
	void negativeReconnectionTimeIsRefused() {
		assertRefused(() -> Event.builder().retry(Duration.ofMillis(-5)), "reconnection time", "not be negative",
				"PT-0.005S");
	}

	@Test
	void fractionOfAMillisecondIsRefused() {
		assertRefused(() -> Event.builder().retry(Duration.ofNanos(1_500_000)), "reconnection time",
				"whole milliseconds", "PT0.0015S");
	}

	@Test
	void reconnectionTimeOfMoreMillisecondsThanCanBeCountedIsRefused() {
		assertRefused(() -> Event.builder().retry(Duration.ofSeconds(Long.MAX_VALUE)), "reconnection time");
	}

	@Test
	void reconnectionTimeOfZeroIsNotRefused() {
		assertThat(Event.builder().retry(Duration.ZERO).build().retry()).isZero();
	}

	@Test
	void missingDataIsRefused() {
		assertRefused(() -> Event.of(null), "data", "must not be null");
		assertRefused(() -> Event.builder().data(null), "data", "must not be null");
	}

	@Test
	void eventOfNothingIsRefused() {
		assertRefused(() -> Event.builder().build(), "must have data, an id, a reconnection time or a comment");
		assertRefused(() -> Event.builder().type("x").key("k").build(), "data(\"\")");
	}

	@Test
	void idReconnectionTimeAndCommentNeedNoData() {
		assertThat(Event.builder().id("1").build().data()).isNull();
		assertThat(Event.builder().retry(Duration.ofSeconds(1)).build().data()).isNull();
		assertThat(Event.builder().comment("x").build().data()).isNull();
	}

	@Test
	void lineBreaksInDataAndCommentsAreNotRefused() {
		assertThat(Event.builder().data(HOSTILE).comment(HOSTILE).build().data()).isEqualTo(HOSTILE);
	}

	@Test
	void descriptionIsSafeToLog() {
		Event event = Event.builder()
			.type(HOSTILE.replace("\r\n", ""))
			.id(HOSTILE.replaceAll("[\\p{Cc}\\p{Cs}]", "") + "id")
			.data("secret" + HOSTILE)
			.comment("secret" + HOSTILE)
			.key(HOSTILE)
			.build();
		assertSafe(event.toString());
		assertThat(event.toString()).doesNotContain("secret").contains("\\u001b[31m");
	}

	@Test
	void descriptionNamesTypeIdAndTheKindOfData() {
		assertThat(Event.builder().type("price").id("7").data(1).build())
			.hasToString("Event[type=\"price\", id=\"7\", data of java.lang.Integer]");
		assertThat(Event.builder().comment("x").build()).hasToString("Event[type=\"message\"]");
	}

	@Test
	void descriptionOfALongIdIsShort() {
		assertThat(Event.builder().id("x".repeat(1000)).type("y".repeat(100_000)).build().toString())
			.hasSizeLessThan(300);
	}

	private static void assertRefused(ThrowingCallable call, String... fragments) {
		assertThatIllegalArgumentException().isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(fragments))
			.satisfies((ex) -> assertSafe(ex.getMessage()));
	}

	private static void assertSafe(String text) {
		assertThat(text).doesNotContain("\u2028", "\u2029", "\ud83d");
		assertThat(text).doesNotContainPattern("\\p{Cc}");
	}

}
