package io.eventsource.engine;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What clients get of a stream, in which order, and how it is written.
 */
class EventStreamTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@Test
	void newClientGetsWhatComesFromNowOn() {
		this.publisher.emit("a");
		Client client = this.engine.connect(this.stream);
		this.publisher.emit("b", "c");
		client.awaitData("b", "c");
		assertThat(client.sink().events()).extracting(Received::type).containsOnly("message");
		assertThat(client.sink().events().get(0).lastEventId()).endsWith("-1");
	}

	@Test
	void allClientsGetAllEventsInOneOrder() {
		List<Client> clients = IntStream.range(0, 10).mapToObj((i) -> this.engine.connect(this.stream)).toList();
		Object[] data = IntStream.range(0, 500).boxed().toArray();
		this.publisher.emit(data);
		List<String> expected = Stream.of(data).map(String::valueOf).toList();
		assertThat(clients).allSatisfy((client) -> {
			client.awaitEvents(500);
			assertThat(client.data()).isEqualTo(expected);
		});
	}

	@Test
	void nothingIsWrittenBeforeTheTransportSaysThatItMayBe() {
		Client client = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a");
		this.engine.tick();
		assertThat(client.sink().writes()).isEmpty();
		client.sink().ready();
		client.awaitData("a");
	}

	@Test
	void eventIsEncodedOnceForAllClients() {
		AtomicInteger written = new AtomicInteger();
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.dataWriter((data) -> "#" + written.incrementAndGet()));
		List<Client> clients = IntStream.range(0, 10).mapToObj((i) -> this.engine.connect(stream)).toList();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 2 && !this.publisher.link().requests().isEmpty());
		this.publisher.emit(1, 2);
		clients.forEach((client) -> client.awaitData("#1", "#2"));
		assertThat(written).hasValue(2);
	}

	@Test
	void eventsThatHavePiledUpAreWrittenTogetherAndFlushedOnce() {
		Client client = this.engine.connectBlocked(this.stream);
		this.publisher.emit(IntStream.range(0, 100).boxed().toArray());
		client.sink().ready();
		client.awaitEvents(100);
		assertThat(client.sink().writes()).hasSize(1);
		assertThat(client.sink().flushes()).isOne();
	}

	@Test
	void everyEventIsFlushedBeforeTheClientIsLeftIdle() {
		Client client = this.engine.connect(this.stream);
		for (int i = 1; i <= 20; i++) {
			this.publisher.emit(i);
			client.awaitEvents(i);
		}
	}

	@Test
	void flushWaitsUntilTheSinkIsReadyForIt() {
		Client client = this.engine.connect(this.stream, null, new RecordingSink(1));
		this.publisher.emit("a");
		TestEngine.await().until(() -> client.sink().writes().size() == 1);
		this.engine.tick();
		assertThat(client.data()).isEmpty();
		client.sink().ready();
		client.awaitData("a");
		assertThat(client.sink().writes()).hasSize(1);
	}

	@Test
	void readinessThatComesDuringTheQuestionIsNotLost() {
		AtomicInteger questions = new AtomicInteger();
		RecordingSink sink = new RecordingSink(Long.MAX_VALUE) {

			@Override
			public boolean isReady() {
				if (questions.incrementAndGet() % 2 == 1) {
					// As if the container's thread had been quicker than the answer
					connection().writable();
					return false;
				}
				return super.isReady();
			}

		};
		Client client = this.engine.connect(this.stream, null, sink);
		for (int i = 1; i <= 10; i++) {
			this.publisher.emit(i);
			client.awaitEvents(i);
		}
	}

	@Test
	void needlessReportsOfReadinessAreHarmless() {
		Client client = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a");
		for (int i = 0; i < 100; i++) {
			client.sink().connection().writable();
		}
		this.engine.tick();
		assertThat(client.sink().writes()).isEmpty();
		client.sink().ready();
		client.awaitData("a");
	}

	@Test
	void publisherOfAnEventThatIsTooLargeIsToldItsSizeAndTheLimit() {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel, StreamSettings.builder().maxEventSize(50).build());
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.LIVE);
		assertThatIllegalArgumentException().isThrownBy(() -> channel.publish("large", "x".repeat(100)))
			.withMessageContaining("121 bytes")
			.withMessageContaining("50 of max-event-size");
		channel.publish("small", "a");
		client.awaitData("a");
		assertThat(this.engine.listener().rejected()).isEmpty();
	}

	@Test
	void publisherOfAnEventThatCannotBeWrittenIsTold() {
		EventChannel channel = EventChannel.create();
		IOException failure = new IOException("no JSON");
		EventStream stream = this.engine.stream(channel, (builder) -> builder.dataWriter((data) -> {
			throw failure;
		}));
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.LIVE);
		assertThatIllegalArgumentException().isThrownBy(() -> channel.publish("bad", 1))
			.withMessageContaining("\"bad\"")
			.withMessageContaining("no JSON")
			.withCause(failure);
		channel.publish("good", "a");
		client.awaitData("a");
	}

	@Test
	void dataThatIsNotTextNeedsAWriter() {
		EventChannel channel = EventChannel.create();
		EventStream stream = EventStream.builder("plain", channel, this.engine.dispatcher()).build();
		try {
			stream.start();
			TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.LIVE);
			assertThatIllegalArgumentException().isThrownBy(() -> channel.publish("x", 1))
				.withMessageContaining("no DataWriter for java.lang.Integer");
		}
		finally {
			stream.close();
		}
	}

	@Test
	void earlyEventOfAChannelThatIsTooLargeIsLeftOut() {
		EventChannel channel = EventChannel.create();
		channel.publish("large", "x".repeat(100));
		channel.publish("small", "a");
		Client client = this.engine
			.connect(this.engine.stream(channel, StreamSettings.builder().maxEventSize(50).build()));
		client.awaitData("{\"cause\":\"rejected\"}", "a");
		assertThat(this.engine.listener().rejected()).hasSize(1);
	}

	@Test
	void channelServedByTwoStreamsReachesTheClientsOfBoth() {
		EventChannel channel = EventChannel.create();
		EventStream json = this.engine.stream(channel, (builder) -> builder.dataWriter((data) -> "json"));
		EventStream text = this.engine.stream(channel, (builder) -> builder.dataWriter((data) -> "text"));
		Client first = this.engine.connect(json);
		Client second = this.engine.connect(text);
		TestEngine.await()
			.until(() -> json.snapshot().state() == StreamSnapshot.State.LIVE
					&& text.snapshot().state() == StreamSnapshot.State.LIVE);
		channel.publish("x", 1);
		first.awaitData("json");
		second.awaitData("text");
	}

	@Test
	void completedChannelEndsItsStream() {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel);
		Client client = this.engine.connect(stream);
		channel.publish("x", "a");
		channel.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a");
	}

	@Test
	void eventsWithoutDataAreSentButNotDispatched() {
		Client client = this.engine.connect(this.stream);
		this.publisher.emit("a");
		this.publisher.link().subscriber().onNext(Event.builder().comment("c").build());
		this.publisher.link().subscriber().onNext(Event.builder().id("checkpoint").build());
		TestEngine.await().until(() -> client.sink().lastEventId().equals("checkpoint"));
		assertThat(client.data()).containsExactly("a");
		assertThat(client.sink().comments()).containsExactly("c");
		this.publisher.emit("b");
		Client back = this.engine.connect(this.stream, "checkpoint");
		back.awaitData("b");
	}

}
