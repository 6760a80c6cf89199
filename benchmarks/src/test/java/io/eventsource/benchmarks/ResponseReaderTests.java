package io.eventsource.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link ResponseReader}.
 */
class ResponseReaderTests {

	private static final String CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

	private static final String PLAIN = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

	private static final long NOW = 1000;

	private final Tally tally = new Tally();

	private final ResponseReader reader = new ResponseReader(this.tally);

	@Test
	void eventsInOrderAreCounted() {
		read(PLAIN + events(3, 4, 5));
		assertThat(this.tally.events()).isEqualTo(3);
		assertThat(this.tally.missing()).isZero();
		assertThat(this.tally.repeated()).isZero();
		assertThat(this.reader.next()).isEqualTo(6);
		assertThat(this.reader.lastId()).isEqualTo("id-5");
	}

	@Test
	void missingEventsAreFound() {
		read(PLAIN + events(0, 1, 5, 6));
		assertThat(this.tally.events()).isEqualTo(4);
		assertThat(this.tally.missing()).isEqualTo(3);
	}

	@Test
	void eventsMissingAtTheStartAreFoundWhereTheFirstOneIsKnown() {
		this.reader.expect(3);
		read(PLAIN + events(5));
		assertThat(this.tally.missing()).isEqualTo(2);
	}

	@Test
	void repeatedEventIsFoundAndNotCounted() {
		read(PLAIN + events(0, 1, 1, 2));
		assertThat(this.tally.events()).isEqualTo(3);
		assertThat(this.tally.repeated()).isOne();
		assertThat(this.tally.missing()).isZero();
	}

	@Test
	void eventThatComesTooLateIsFoundAndNotCounted() {
		read(PLAIN + events(0, 2, 1, 3));
		assertThat(this.tally.events()).isEqualTo(3);
		assertThat(this.tally.missing()).isOne();
		assertThat(this.tally.repeated()).isOne();
	}

	@Test
	void eventOfTheServersOwnIsToldApart() {
		read(PLAIN + "event: gap\ndata: {\"cause\":\"evicted\",\"missed\":12}\n\n" + events(4));
		assertThat(this.tally.others()).isOne();
		assertThat(this.tally.events()).isOne();
	}

	@Test
	void whatHasNoDataIsNoEvent() {
		read(PLAIN + "retry: 3000\n\n: 7 900 x\n\n\nid: 7\n\n");
		assertThat(this.tally.events()).isZero();
		assertThat(this.tally.others()).isZero();
	}

	@Test
	void eventThatIsNotWholeIsNotCounted() {
		read(PLAIN + "data: 7 900 xxx\n");
		assertThat(this.tally.events()).isZero();
	}

	@Test
	void spaceBehindTheColonMayBeMissing() {
		read(PLAIN + "id:7\ndata:7 900 xxx\n\n");
		assertThat(this.tally.events()).isOne();
		assertThat(this.reader.next()).isEqualTo(8);
	}

	@Test
	void delayIsTimeSinceTheEventWasDue() {
		read(PLAIN + "data: 7 400 xxx\n\n");
		assertThat(this.tally.delays().getMaxValue()).isEqualTo(NOW - 400);
	}

	@Test
	void chunksMayBeCutAnywhereAndArriveInPiecesOfAnySize() {
		String body = "retry: 3000\n\n" + events(8, 9, 10, 12, 12);
		for (int chunk = 1; chunk <= body.length(); chunk++) {
			for (int piece : new int[] { 1, 2, 3, 7, 4096 }) {
				Tally tally = new Tally();
				ResponseReader reader = new ResponseReader(tally);
				read(reader, CHUNKED + chunked(body, chunk), piece);
				assertThat(tally.events()).isEqualTo(4);
				assertThat(tally.missing()).isOne();
				assertThat(tally.repeated()).isOne();
				assertThat(tally.others()).isZero();
				assertThat(reader.hasEnded()).isTrue();
			}
		}
	}

	@Test
	void responseThatIsNoStreamIsRefused() {
		assertThatIllegalStateException().isThrownBy(() -> read("HTTP/1.1 503 Service Unavailable\r\n\r\n"))
			.withMessageContaining("503");
	}

	private void read(String response) {
		read(this.reader, response, response.length());
	}

	private static void read(ResponseReader reader, String response, int piece) {
		byte[] bytes = response.getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < bytes.length; i += piece) {
			int length = Math.min(piece, bytes.length - i);
			reader.read(Arrays.copyOfRange(bytes, i, i + length), length, NOW);
		}
	}

	private static String events(long... numbers) {
		return LongStream.of(numbers)
			.mapToObj((number) -> "id: id-" + number + "\ndata: " + number + " 900 xxx 42\n\n")
			.collect(Collectors.joining());
	}

	private static String chunked(String body, int size) {
		StringBuilder chunks = new StringBuilder();
		for (int i = 0; i < body.length(); i += size) {
			String chunk = body.substring(i, Math.min(i + size, body.length()));
			chunks.append(Integer.toHexString(chunk.length())).append("\r\n").append(chunk).append("\r\n");
		}
		return chunks + "0\r\n\r\n";
	}

}
