package io.eventsource.engine;

import java.util.List;
import java.util.Set;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.runtime.Dispatcher;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The end of a stream that is stopped or closed, and of its dispatcher.
 */
class StoppedStreamTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@Test
	void stoppedStreamDeliversTheRestAndThenEnds() {
		Client reader = this.engine.connect(this.stream);
		Client slow = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a", "b");
		this.stream.stop();
		reader.awaitClosed(CloseReason.COMPLETED);
		assertThat(reader.data()).containsExactly("a", "b");
		this.engine.tick();
		slow.assertOpen();
		slow.sink().ready();
		slow.awaitClosed(CloseReason.COMPLETED);
		assertThat(slow.data()).containsExactly("a", "b");
		this.stream.stop();
		assertThat(this.stream.snapshot().state()).isEqualTo(StreamSnapshot.State.COMPLETED);
	}

	@Test
	void clientOfAStoppedStreamGetsWhatWasKeptAndTheEnd() {
		this.publisher.emit("a", "b");
		this.stream.stop();
		Client fresh = this.engine.connect(this.stream);
		fresh.awaitClosed(CloseReason.COMPLETED);
		assertThat(fresh.data()).containsExactly("a", "b");
		Client back = this.engine.connect(this.stream, fresh.sink().events().get(0).lastEventId());
		back.awaitClosed(CloseReason.COMPLETED);
		assertThat(back.data()).containsExactly("b");
	}

	@Test
	void streamIsOverForTheClientThatHasAllOfIt() {
		this.publisher.emit("a", "b");
		Client client = this.engine.connect(this.stream);
		assertThat(this.stream.isOver(null)).isFalse();
		this.stream.stop();
		client.awaitClosed(CloseReason.COMPLETED);
		Client all = this.engine.connect(this.stream);
		all.awaitClosed(CloseReason.COMPLETED);
		assertThat(this.stream.isOver(all.sink().lastEventId())).isTrue();
		assertThat(this.stream.isOver(all.sink().events().get(0).lastEventId())).isFalse();
		assertThat(this.stream.isOver(null)).isFalse();
		assertThat(this.stream.isOver("nobody knows me")).isFalse();
	}

	@Test
	void closedStreamEndsAllConnectionsAtOnce() {
		Client reader = this.engine.connect(this.stream);
		Client blocked = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a");
		reader.awaitData("a");
		this.stream.close();
		reader.awaitClosed(CloseReason.SHUTDOWN);
		blocked.awaitClosed(CloseReason.SHUTDOWN);
		this.stream.close();
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		assertThat(this.stream.snapshot().state()).isEqualTo(StreamSnapshot.State.CLOSED);
		assertThat(this.stream.snapshot().clients()).isZero();
	}

	@Test
	void closedStreamRefusesClients() {
		this.stream.close();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.stream.connect(client("x"), new RecordingSink(Long.MAX_VALUE)))
			.withMessageContaining("'test' is closed");
	}

	@Test
	void streamOfAClosedDispatcherRefusesClients() {
		Dispatcher dispatcher = new Dispatcher(1);
		EventStream stream = EventStream.builder("test", this.publisher, dispatcher).build();
		dispatcher.close();
		assertThatIllegalStateException()
			.isThrownBy(() -> stream.connect(client("x"), new RecordingSink(Long.MAX_VALUE)))
			.withMessageContaining("'test' is closed");
	}

	@Test
	void closingADispatcherLeavesNoThreadBehind() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		Dispatcher dispatcher = new Dispatcher(3);
		List<Thread> threads = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !before.contains(thread))
			.filter((thread) -> thread.getName().startsWith("eventsource-dispatch-"))
			.toList();
		assertThat(threads).hasSize(3).allMatch(Thread::isDaemon);
		dispatcher.close();
		dispatcher.close();
		TestEngine.await().until(() -> threads.stream().noneMatch(Thread::isAlive));
	}

	@Test
	void dispatcherNeedsAWorker() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Dispatcher(0))
			.withMessageContaining("dispatcher.threads must be at least 1; got 0");
	}

	private static EventClient client(String id) {
		return EventClient.builder(id, "test").build();
	}

}
