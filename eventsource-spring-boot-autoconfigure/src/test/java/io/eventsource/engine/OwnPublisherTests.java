package io.eventsource.engine;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Streams with a publisher for each client.
 */
class OwnPublisherTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@Test
	void personalStreamThatHasCompletedIsOverForTheClientThatComesBack() {
		EventStream personal = this.engine.stream(Flux.just(Event.of("a")), TestEngine::personal);
		Client client = this.engine.connect(personal);
		client.awaitClosed(CloseReason.COMPLETED);
		client.awaitData("a");
		assertThat(PersonalStreams.wasPersonal(client.sink().lastEventId())).isTrue();
		assertThat(PersonalStreams.wasPersonal(client.sink().events().get(0).lastEventId())).isFalse();
		assertThat(PersonalStreams.wasPersonal(null)).isFalse();
	}

	@Test
	void personalStreamThatBeganAnewSaysSo() {
		EventStream first = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connect(first);
		this.publisher.awaitRequest();
		this.publisher.emit("a");
		client.awaitData("a");
		EventStream second = this.engine.stream(Flux.just(Event.of("b")), TestEngine::personal);
		Client back = this.engine.connect(second, client.sink().lastEventId());
		back.awaitClosed(CloseReason.COMPLETED);
		back.awaitData("{\"cause\":\"restarted\"}", "b");
	}

	@Test
	void publisherThatKnowsItsClientResumesByItselfWhereItGaveTheId() {
		EventStream stream = this.engine.stream(Flux.just(Event.of("b")),
				(builder) -> TestEngine.personal(builder).resumable());
		Client client = this.engine.connect(stream, "order 17");
		client.awaitClosed(CloseReason.COMPLETED);
		client.awaitData("b");
		assertThat(client.missed()).isEmpty();
	}

	@Test
	void personalStreamEndsWithItsClient() {
		EventStream personal = this.engine.stream(Flux.never(), TestEngine::personal);
		Client client = this.engine.connect(personal);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> personal.snapshot().state() == StreamSnapshot.State.CLOSED);
		assertThatIllegalStateException()
			.isThrownBy(() -> personal.connect(client("x"), new RecordingSink(Long.MAX_VALUE)));
	}

	private static EventClient client(String id) {
		return EventClient.builder(id, "test").build();
	}

}
