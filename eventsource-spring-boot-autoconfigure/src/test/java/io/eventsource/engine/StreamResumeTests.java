package io.eventsource.engine;

import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client that comes back gets first, and one that comes for the first time.
 */
class StreamResumeTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@Test
	void clientResumesBehindTheEventItHas() {
		Client client = this.engine.connect(this.stream);
		this.publisher.emit("a", "b", "c", "d");
		client.awaitEvents(4);
		for (int i = 0; i < 4; i++) {
			Client back = this.engine.connect(this.stream, client.sink().events().get(i).lastEventId());
			back.awaitEvents(3 - i);
			assertThat(back.data()).isEqualTo(List.of("a", "b", "c", "d").subList(i + 1, 4));
		}
		Client upToDate = this.engine.connect(this.stream, client.sink().lastEventId());
		this.publisher.emit("e");
		upToDate.awaitData("e");
	}

	@Test
	void clientResumesWithIdsOfTheUser() {
		Client client = this.engine.connect(this.stream);
		for (String id : List.of("x/1", "ü 2", "3")) {
			this.publisher.link().subscriber().onNext(Event.builder().id(id).data("of " + id).build());
		}
		client.awaitEvents(3);
		this.engine.connect(this.stream, "x/1").awaitData("of ü 2", "of 3");
		this.engine.connect(this.stream, "ü 2").awaitData("of 3");
	}

	@Test
	void replayGoesOverIntoLiveEventsWithoutGapOrDuplicate() {
		Client first = this.engine.connect(this.stream);
		this.publisher.emit(IntStream.range(0, 500).boxed().toArray());
		first.awaitEvents(500);
		Thread live = new Thread(() -> this.publisher.emit(IntStream.range(500, 1000).boxed().toArray()));
		live.start();
		List<Client> clients = IntStream.range(0, 20)
			.mapToObj((i) -> this.engine.connect(this.stream, first.sink().events().get(i * 20).lastEventId()))
			.toList();
		for (int i = 0; i < 20; i++) {
			clients.get(i).awaitEvents(999 - i * 20);
			assertThat(clients.get(i).data())
				.isEqualTo(IntStream.range(i * 20 + 1, 1000).mapToObj(String::valueOf).toList());
		}
	}

	@Test
	void clientIsToldWhatHasLeftTheLog() {
		EventStream stream = this.engine.start(this.publisher, StreamSettings.builder().bufferSize(3).build());
		Client client = this.engine.connect(stream);
		for (int i = 0; i < 8; i++) {
			this.publisher.emit(i);
			client.awaitEvents(i + 1);
		}
		Client back = this.engine.connect(stream, client.sink().events().get(1).lastEventId());
		back.awaitEvents(4);
		assertThat(back.sink().events().get(0))
			.isEqualTo(new Received("gap", "{\"cause\":\"evicted\",\"missed\":3}", ""));
		assertThat(back.data().subList(1, 4)).containsExactly("5", "6", "7");
	}

	@Test
	void clientOfAnEarlierRunIsToldSo() {
		Client earlier = this.engine.connect(this.stream);
		this.publisher.emit("a");
		earlier.awaitData("a");
		EventStream restarted = this.engine.start(this.publisher);
		this.publisher.emit("b");
		Client back = this.engine.connect(restarted, earlier.sink().lastEventId());
		back.awaitEvents(2);
		assertThat(back.sink().events().get(0)).isEqualTo(new Received("gap", "{\"cause\":\"restarted\"}", ""));
		assertThat(back.data().get(1)).isEqualTo("b");
	}

	@ParameterizedTest
	@ValueSource(strings = { "nobody knows me", "-", "--1", "a-99999999999999999999", "\u0000", "" })
	void clientWithAnIdThatNobodyKnowsIsToldSo(String id) {
		this.publisher.emit("a");
		Client client = this.engine.connect(this.stream, id);
		client.awaitEvents(2);
		assertThat(client.sink().events().get(0)).isEqualTo(new Received("gap", "{\"cause\":\"unknown\"}", ""));
		assertThat(client.data().get(1)).isEqualTo("a");
	}

	@Test
	void gapIsToldAtOnceEvenIfNothingFollows() {
		Client client = this.engine.connect(this.stream, "nobody knows me");
		client.awaitEvents(1);
		assertThat(client.sink().events().get(0).type()).isEqualTo("gap");
		assertThat(client.sink().lastEventId()).isEmpty();
	}

	@Test
	void newClientGetsTheLatestEventsFirst() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().bufferSize(4).initialReplay(2).build());
		Client first = this.engine.connect(stream);
		this.publisher.emit("a");
		first.awaitData("a");
		this.engine.connect(stream).awaitData("a");
		this.publisher.emit("b");
		this.publisher.emit("c");
		Client late = this.engine.connect(stream);
		late.awaitData("b", "c");
		this.publisher.emit("d");
		late.awaitData("b", "c", "d");
		assertThat(late.missed()).isEmpty();
	}

	@Test
	void initialReplayIsNoneForAClientThatResumes() {
		EventStream stream = this.engine.start(this.publisher, StreamSettings.builder().initialReplay(100).build());
		this.publisher.emit("a", "b", "c");
		Client client = this.engine.connect(stream);
		client.awaitData("a", "b", "c");
		this.publisher.emit("d");
		client.awaitEvents(4);
		this.engine.connect(stream, client.sink().events().get(2).lastEventId()).awaitData("d");
	}

}
