package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What listeners are told of a stream, and what its snapshots show.
 */
class StreamSnapshotTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@Test
	void listenerIsToldOfEachClientOnce() {
		List<Client> clients = IntStream.range(0, 5).mapToObj((i) -> this.engine.connect(this.stream)).toList();
		assertThat(this.engine.listener().opened()).isEqualTo(5);
		this.stream.stop();
		clients.forEach((client) -> client.awaitClosed(CloseReason.COMPLETED));
		assertThat(this.engine.listener().opened()).isEqualTo(5);
	}

	@Test
	void snapshotCountsClientsAndEvents() {
		Client client = this.engine.connect(this.stream);
		Client blocked = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a", "b", "c");
		client.awaitEvents(3);
		this.engine.tick();
		StreamSnapshot snapshot = this.stream.snapshot();
		int sent = client.sink().writes().stream().mapToInt(Integer::intValue).sum();
		assertThat(snapshot)
			.isEqualTo(new StreamSnapshot("test", StreamSnapshot.State.LIVE, 2, 3, 3, sent, 0, 0, 0, 3, 0));
		blocked.sink().ready();
		blocked.awaitEvents(3);
		this.engine.connect(this.stream, client.sink().events().get(0).lastEventId()).awaitEvents(2);
		this.engine.tick();
		assertThat(this.stream.snapshot()).satisfies((later) -> {
			assertThat(later.delivered()).isEqualTo(8);
			assertThat(later.replayed()).isEqualTo(2);
			assertThat(later.greatestLag()).isZero();
		});
		client.sink().connection().close(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> this.stream.snapshot().clients() == 2);
	}

	@Test
	void snapshotCountsWhatClientsWereNotSent() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().overflow(OverflowStrategy.SKIP).bufferSize(4).build());
		Client client = this.engine.connectBlocked(stream);
		this.publisher.emit(1, 2, 3, 4, 5, 6, 7, 8);
		client.sink().ready();
		client.awaitEvents(3);
		this.engine.tick();
		assertThat(stream.snapshot().skipped()).isEqualTo(6);
		assertThat(stream.snapshot().delivered()).isEqualTo(2);
	}

	@Test
	void clientsAreDescribedOneByOne() throws Exception {
		Client reader = this.engine.connect(this.stream);
		Client blocked = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a", "b");
		reader.awaitEvents(2);
		this.engine.tick();
		List<ClientSnapshot> clients = this.stream.clients().get();
		assertThat(clients).extracting((client) -> client.client().id())
			.containsExactlyInAnyOrder(reader.id(), blocked.id());
		assertThat(clients).filteredOn((client) -> client.client().id().equals(reader.id()))
			.singleElement()
			.satisfies((client) -> {
				assertThat(client.lag()).isZero();
				assertThat(client.blocked()).isFalse();
				assertThat(client.bytes()).isPositive();
			});
		assertThat(clients).filteredOn((client) -> client.client().id().equals(blocked.id()))
			.singleElement()
			.satisfies((client) -> {
				assertThat(client.lag()).isEqualTo(2);
				assertThat(client.blocked()).isTrue();
				assertThat(client.bytes()).isZero();
			});
	}

	@Test
	void listenerIsToldHowLongEventsTookToBeFlushed() {
		Client client = this.engine.connect(this.stream);
		this.engine.work();
		client.sink().block();
		this.publisher.emit("a");
		this.engine.turn(Duration.ofMillis(70));
		this.engine.work();
		client.sink().ready();
		client.awaitData("a");
		TestEngine.await().until(() -> !this.engine.listener().delays().isEmpty());
		assertThat(this.engine.listener().delays()).containsExactly(Duration.ofMillis(70).toNanos());
	}

	@Test
	void replayIsNoDelay() {
		Client first = this.engine.connect(this.stream);
		this.publisher.emit("a", "b");
		first.awaitData("a", "b");
		this.engine.turn(Duration.ofHours(1));
		this.engine.connect(this.stream, first.sink().events().get(0).lastEventId()).awaitData("b");
		this.engine.work();
		assertThat(this.engine.listener().delays()).allMatch((nanos) -> nanos < 1_000_000_000);
	}

	@Test
	void descriptionOfAClientIsSafeToLog() {
		EventClient client = EventClient.builder("7", "prices")
			.principal(() -> "eve\r\n")
			.remoteAddress("1.2.3.4")
			.lastEventId("id\r\nforged")
			.build();
		assertThat(client).hasToString("client 7 of stream 'prices'");
	}

}
