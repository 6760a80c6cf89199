package io.eventsource.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.StreamListener;
import io.eventsource.engine.RecordingSink.Step;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sinks and listeners that throw, which disturb nobody else.
 */
class FailureIsolationTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@ParameterizedTest
	@MethodSource("failures")
	void sinkThatFailsIsClosedOnceAndDisturbsNobody(Step step, Exception failure) {
		RecordingSink broken = new RecordingSink(Long.MAX_VALUE);
		broken.breakAt(step, failure);
		List<Client> readers = new ArrayList<>();
		readers.add(this.engine.connect(this.stream));
		readers.add(this.engine.connect(this.stream));
		Client client = this.engine.connect(this.stream, null, broken);
		readers.add(this.engine.connect(this.stream));
		readers.add(this.engine.connect(this.stream));
		this.publisher.emit("a");
		client.awaitClosed(CloseReason.DISCONNECTED);
		this.publisher.emit("b");
		readers.forEach((reader) -> reader.awaitData("a", "b"));
		this.engine.tick();
		client.awaitClosed(CloseReason.DISCONNECTED);
		assertThat(client.data()).isEmpty();
		assertThat(this.stream.snapshot().clients()).isEqualTo(4);
	}

	static Stream<Arguments> failures() {
		return Stream.of(Arguments.of(Step.WRITE, new IOException("gone")),
				Arguments.of(Step.FLUSH, new IOException("gone")),
				Arguments.of(Step.IS_READY, new IllegalStateException("gone")),
				Arguments.of(Step.WRITE, new IllegalStateException("gone")),
				Arguments.of(Step.FLUSH, new IllegalStateException("gone")),
				Arguments.of(Step.WRITE, new NullPointerException("gone")));
	}

	@Test
	void sinkThatFailsInAHeartbeatIsClosedOnce() {
		Client client = this.engine.connect(this.stream);
		client.sink().breakAt(Step.WRITE, new IOException("gone"));
		this.engine.advance(Duration.ofSeconds(15));
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

	@Test
	void sinkThatThrowsWhenItIsCompletedCountsAsClosedAndDisturbsNobody() {
		List<Client> clients = IntStream.range(0, 6).mapToObj((i) -> this.engine.connect(this.stream)).toList();
		clients.forEach((client) -> client.sink().breakAt(Step.COMPLETE, new IllegalStateException("broken")));
		this.publisher.emit("a");
		this.stream.stop();
		clients.forEach((client) -> client.awaitClosed(CloseReason.COMPLETED));
		assertThat(this.stream.snapshot().clients()).isZero();
	}

	@Test
	void listenerThatThrowsDisturbsNobody() {
		StreamListener broken = new StreamListener() {

			@Override
			public void clientOpened(EventClient client) {
				throw new IllegalStateException("broken listener");
			}

			@Override
			public void clientClosed(EventClient client, CloseReason reason) {
				throw new IllegalStateException("broken listener");
			}

		};
		EventStream stream = this.engine.stream(this.publisher, (builder) -> builder.listener(broken));
		List<Client> clients = IntStream.range(0, 6).mapToObj((i) -> this.engine.connect(stream)).toList();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 2 && !this.publisher.link().requests().isEmpty());
		this.publisher.emit("a");
		clients.forEach((client) -> client.awaitData("a"));
		clients.get(2).sink().connection().close(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> clients.get(2).sink().isComplete());
		this.publisher.emit("b");
		assertThat(clients).filteredOn((client) -> client != clients.get(2))
			.allSatisfy((client) -> client.awaitData("a", "b"));
		stream.stop();
		assertThat(clients).allSatisfy((client) -> TestEngine.await().until(client.sink()::isComplete));
		assertThat(stream.snapshot().clients()).isZero();
	}

}
