package io.eventsource.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.LogId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that come back to a stream that has ended: they get what they miss, or are told
 * of it, and need not come again after that.
 */
class EndedStreamTests {

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final List<String> questions = Collections.synchronizedList(new ArrayList<>());

	@AfterEach
	void close() {
		this.engine.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "7", "payments-10-77", "epoch", "epoch-3", "epoch~0" })
	void clientOfAnEarlierRunIsToldWhereTheLogIsEmpty(String id) {
		EventStream stream = ended(null);
		String last = id.replace("epoch", LogId.newEpoch());
		assertThat(stream.isOver(last)).isFalse();
		Client client = this.engine.connect(stream, last);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data())
			.containsExactly("{\"cause\":\"" + ((LogId.parse(last) != null) ? "restarted" : "unknown") + "\"}");
		// Not again and again
		assertThat(stream.isOver(client.sink().lastEventId())).isTrue();
	}

	@Test
	void historyIsAskedWhereTheLogIsEmpty() {
		EventStream stream = ended(this::after);
		assertThat(stream.isOver("1")).isFalse();
		Client client = this.engine.connect(stream, "1");
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("2", "3");
		assertThat(client.missed()).isEmpty();
		assertThat(this.questions).startsWith("1");
		assertThat(stream.isOver(client.sink().lastEventId())).isTrue();
	}

	@Test
	void clientThatHasAllOfTheHistoryNeedNotComeAgain() {
		EventStream stream = ended(this::after);
		Client client = this.engine.connect(stream, "3");
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).isEmpty();
		assertThat(client.missed()).isEmpty();
		assertThat(stream.isOver(client.sink().lastEventId())).isTrue();
	}

	@Test
	void clientThatMissesNothingOfAnEmptyStreamNeedNotCome() {
		EventStream stream = this.engine.stream(this.publisher);
		Client quiet = this.engine.connect(stream);
		subscribed();
		String opening = quiet.sink().connection().openingId();
		assertThat(stream.isOver(opening)).isFalse();
		this.publisher.complete();
		quiet.awaitClosed(CloseReason.COMPLETED);
		assertThat(stream.isOver(opening)).isTrue();
		assertThat(stream.isOver(null)).isTrue();
	}

	@Test
	void endIsKnownByAnIdWhereTheLastEventCouldNotBeSent() {
		EventStream stream = this.engine.stream(this.publisher, StreamSettings.builder().maxEventSize(100).build());
		Client client = this.engine.connect(stream);
		subscribed();
		this.publisher.emit("a", "x".repeat(200));
		this.publisher.link().subscriber().onNext(Event.builder().comment("the last").build());
		this.publisher.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.sink().comments()).containsExactly("the last");
		assertThat(stream.isOver(client.sink().lastEventId())).isTrue();
		// Who has not been told of the gap comes back
		assertThat(stream.isOver(client.sink().events().get(0).lastEventId())).isFalse();
		assertThat(stream.isOver(null)).isFalse();
	}

	@Test
	void endIsNotToldToAClientThatKnowsIt() {
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		subscribed();
		this.publisher.link().subscriber().onNext(Event.builder().id("own").data("a").build());
		this.publisher.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.sink().lastEventId()).isEqualTo("own");
	}

	@Test
	void clientThatKeepsNoPositionsIsNotToldTheEnd() {
		EventStream stream = ended(null);
		RecordingSink forgetful = new RecordingSink(Long.MAX_VALUE) {

			@Override
			public boolean keepsPositions() {
				return false;
			}

		};
		Client client = this.engine.connect(stream, "7", forgetful);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("{\"cause\":\"unknown\"}");
		assertThat(client.sink().lastEventId()).isEmpty();
	}

	private EventStream ended(@Nullable EventHistory history) {
		EventStream stream = this.engine.stream(this.publisher, (builder) -> builder.history(history));
		stream.start();
		subscribed();
		this.publisher.complete();
		return stream;
	}

	private void subscribed() {
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() > 0 && !this.publisher.link().requests().isEmpty());
	}

	private @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		this.questions.add(lastEventId);
		return Stream.of("1", "2", "3")
			.filter((id) -> id.compareTo(lastEventId) > 0)
			.map((id) -> Event.builder().id(id).data(id).build());
	}

}
