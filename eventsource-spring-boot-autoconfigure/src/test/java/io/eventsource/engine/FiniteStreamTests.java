package io.eventsource.engine;

import java.util.List;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a client of a stream that has ended has to come back.
 */
class FiniteStreamTests {

	private static final Event DATA = Event.of("a");

	private static final Event NAMED = Event.builder().id("7").data("b").build();

	private static final Event ID = Event.builder().id("8").build();

	private static final Event COMMENT = Event.builder().comment("c").build();

	private static final Event RETRY = Event.builder().retry(java.time.Duration.ofSeconds(1)).build();

	private final TestEngine engine = new TestEngine();

	@AfterEach
	void close() {
		this.engine.close();
	}

	static Stream<Arguments> ends() {
		return Stream.of(Arguments.of(List.of(), true), Arguments.of(List.of(COMMENT), true),
				Arguments.of(List.of(COMMENT, RETRY, COMMENT), true), Arguments.of(List.of(DATA), false),
				Arguments.of(List.of(DATA, COMMENT), false), Arguments.of(List.of(COMMENT, NAMED, RETRY), false),
				Arguments.of(List.of(ID), false), Arguments.of(List.of(COMMENT, ID, COMMENT), false));
	}

	@ParameterizedTest
	@MethodSource("ends")
	void clientThatHasEverythingNeedNotComeBack(List<Event> events, boolean overForAll) {
		EventStream stream = this.engine.stream(Flux.fromIterable(events));
		assertThat(stream.isOver(null)).isFalse();
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(stream.isOver(null)).as("for a client without an id").isEqualTo(overForAll);
		String last = client.sink().lastEventId();
		assertThat(stream.isOver(last.isEmpty() ? null : last)).as("for the one that was there").isTrue();
	}

	@ParameterizedTest
	@MethodSource("ends")
	void clientWithAStreamOfItsOwnNeedNotComeBack(List<Event> events, boolean overForAll) {
		EventStream stream = this.engine.stream(Flux.fromIterable(events), TestEngine::personal);
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(PersonalStreams.wasPersonal(client.sink().lastEventId())).isTrue();
	}

}
