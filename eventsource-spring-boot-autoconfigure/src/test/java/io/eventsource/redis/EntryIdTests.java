package io.eventsource.redis;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Ids of entries, which clients send back and may have made up.
 */
class EntryIdTests {

	@ParameterizedTest
	@ValueSource(strings = { "0-0", "1795397942768-0", "0-7", "18446744073709551615-18446744073709551615" })
	void idIsReadAndWrittenAlike(String text) {
		assertThat(EntryId.of(text)).hasToString(text);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "-", "1", "1-", "-1", "1-1-1", "+", "$", "(1-1", "01-1", "1- 1", "a-b", "\u0661-1",
			"18446744073709551616-0", "1-99999999999999999999", "mws8ifd1fz6-0" })
	void whatRedisWouldReadInAnotherWayOrNotAtAllIsNoId(String text) {
		assertThat(EntryId.parse(text)).isNull();
		assertThatIllegalStateException().isThrownBy(() -> EntryId.of(text));
	}

	@Test
	void idsAreInTheOrderOfRedis() {
		List<EntryId> ids = List.of(EntryId.ZERO, EntryId.of("0-1"), EntryId.of("0-18446744073709551615"),
				EntryId.of("1-0"), EntryId.of("9-5"), EntryId.of("10-0"), EntryId.of("18446744073709551615-0"));
		assertThat(ids.stream().sorted()).isEqualTo(ids);
	}

	@Test
	void previousIsTheGreatestOneBelow() {
		assertThat(EntryId.of("5-7").previous()).hasToString("5-6");
		assertThat(EntryId.of("5-0").previous()).hasToString("4-18446744073709551615");
	}

}
