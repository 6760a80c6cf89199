package io.eventsource.engine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The end of single connections, and when their clients come back.
 */
class ConnectionEndTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@ParameterizedTest
	@EnumSource(names = { "DISCONNECTED", "WRITE_TIMEOUT", "SHUTDOWN" })
	void transportMayEndTheConnectionOnce(CloseReason reason) {
		Client client = this.engine.connect(this.stream);
		client.sink().connection().close(reason);
		client.sink().connection().close(CloseReason.FAILED);
		client.awaitClosed(reason);
		client.sink().connection().close(CloseReason.FAILED);
		client.sink().connection().writable();
		this.publisher.emit("a");
		this.engine.tick();
		client.awaitClosed(reason);
		assertThat(client.data()).isEmpty();
	}

	@Test
	void connectionThatNeverBeganMayBeEnded() {
		Client client = this.engine.connectBlocked(this.stream);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

	@Test
	void someClientsMayBeDisconnectedAtOnceEvenIdleAndBlockedOnes() throws Exception {
		Client idle = this.engine.connect(this.stream);
		Client blocked = this.engine.connectBlocked(this.stream);
		Client other = this.engine.connect(this.stream);
		assertThat(this.stream.disconnect((client) -> !client.id().equals(other.id())).get()).isEqualTo(2);
		idle.awaitClosed(CloseReason.REVOKED);
		blocked.awaitClosed(CloseReason.REVOKED);
		other.assertOpen();
		assertThat(this.stream.disconnect((client) -> false).get()).isZero();
	}

	@Test
	void connectionEndsAtItsLifetimeAndTheClientResumesWithoutLoss() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().maxLifetime(Duration.ofMinutes(10)).build());
		Client client = this.engine.connect(stream);
		this.publisher.emit("a");
		client.awaitData("a");
		this.engine.advance(Duration.ofMinutes(8).minusMillis(1));
		client.assertOpen();
		this.engine.advance(Duration.ofMinutes(2).plusMillis(1));
		client.awaitClosed(CloseReason.LIFETIME);
		this.publisher.emit("b");
		Client back = this.engine.connect(stream, client.sink().lastEventId());
		back.awaitData("b");
		assertThat(back.missed()).isEmpty();
		back.assertOpen();
	}

	@Test
	void lifetimesAreJittered() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().maxLifetime(Duration.ofMinutes(10)).build());
		List<Client> clients = IntStream.range(0, 100).mapToObj((i) -> this.engine.connect(stream)).toList();
		this.engine.work();
		this.engine.advance(Duration.ofMinutes(9));
		TestEngine.await().until(() -> stream.snapshot().clients() < 90);
		assertThat(stream.snapshot().clients()).isBetween(10, 90);
		assertThat(clients).hasSize(100);
	}

	@Test
	void drainedStreamSendsEachClientAwayInTheWindowWithATimeOfItsOwn() {
		List<Client> clients = IntStream.range(0, 50).mapToObj((i) -> this.engine.connect(this.stream)).toList();
		this.engine.work();
		this.stream.drain(Duration.ofSeconds(10));
		this.engine.work();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.stream.connect(client("x"), new RecordingSink(Long.MAX_VALUE)));
		this.engine.advance(Duration.ofSeconds(5));
		TestEngine.await().until(() -> this.stream.snapshot().clients() < 45);
		assertThat(this.stream.snapshot().clients()).isBetween(5, 45);
		this.engine.advance(Duration.ofSeconds(5));
		clients.forEach((client) -> client.awaitClosed(CloseReason.SHUTDOWN));
		assertThat(clients).extracting((client) -> client.sink().reconnectionTime())
			.allSatisfy((time) -> assertThat(time).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6)));
		assertThat(clients.stream().map((client) -> client.sink().reconnectionTime()).distinct())
			.hasSizeGreaterThan(20);
	}

	@Test
	void preambleTellsTheReconnectionTime() {
		assertThat(new String(Reconnection.preamble(Duration.ofMillis(1234)), StandardCharsets.UTF_8))
			.isEqualTo("retry: 1234\n");
	}

	@Test
	void timeToComeBackIsBetweenOnceAndTwiceTheReconnectionTime() {
		StreamSettings settings = StreamSettings.builder().retry(Duration.ofSeconds(4)).build();
		Set<Duration> times = IntStream.range(0, 100)
			.mapToObj((i) -> Reconnection.returnTime(settings))
			.collect(Collectors.toSet());
		assertThat(times).hasSizeGreaterThan(10)
			.allSatisfy((time) -> assertThat(time).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8)));
		assertThat(Reconnection.returnTime(StreamSettings.builder().retry(Duration.ZERO).build()))
			.isBetween(Duration.ZERO, Duration.ofSeconds(1));
	}

	private static EventClient client(String id) {
		return EventClient.builder(id, "test").build();
	}

}
