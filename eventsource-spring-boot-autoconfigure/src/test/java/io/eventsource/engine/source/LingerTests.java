package io.eventsource.engine.source;

import java.time.Duration;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a publisher without clients is cancelled.
 */
class LingerTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@Test
	void publisherIsLetGoWhenNoClientHasBeenThereForTheTimeOfLinger() {
		EventStream stream = this.engine.stream(this.publisher, lingering());
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.engine.advance(Duration.ofHours(1));
		leave(client);
		this.engine.advance(Duration.ofSeconds(59));
		assertThat(this.publisher.link().cancellations()).isZero();
		this.engine.advance(Duration.ofSeconds(1));
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.WAITING);
		assertThat(this.publisher.threads()).anyMatch((call) -> call.startsWith("cancel on eventsource-intake-"));
	}

	@Test
	void clientThatComesWithinTheTimeOfLingerMissesNothing() {
		EventStream stream = this.engine.stream(this.publisher, lingering());
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.emit("a");
		client.awaitData("a");
		leave(client);
		this.engine.advance(Duration.ofSeconds(59));
		this.publisher.emit("b");
		Client back = this.engine.connect(stream, client.sink().lastEventId());
		back.awaitData("b");
		this.engine.advance(Duration.ofSeconds(59));
		assertThat(this.publisher.link().cancellations()).isZero();
	}

	@Test
	void nextSubscriptionIsANewEpochAndWhatWasMissedIsTold() {
		EventStream stream = this.engine.stream(this.publisher, lingering());
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.emit("a");
		client.awaitData("a");
		leave(client);
		this.engine.advance(Duration.ofSeconds(60));
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		Client back = this.engine.connect(stream, client.sink().lastEventId());
		Client fresh = this.engine.connect(stream);
		this.publisher.awaitSubscriptions(2);
		this.publisher.emit("b");
		back.awaitData("{\"cause\":\"restarted\"}", "b");
		fresh.awaitData("b");
		assertThat(back.sink().lastEventId()).isNotEqualTo(client.sink().lastEventId());
	}

	@Test
	void publisherThatFailsWhileNobodyIsThereIsLeftAloneAfterTheTimeOfLinger() {
		EventStream stream = this.engine.stream(this.publisher, lingering());
		leave(this.engine.connect(stream));
		this.publisher.awaitRequest();
		this.publisher.fail(new IllegalStateException("failure"));
		this.engine.advance(Duration.ofSeconds(60));
		TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.WAITING);
		int subscriptions = this.publisher.subscriptions();
		this.engine.advance(Duration.ofHours(1));
		assertThat(this.publisher.subscriptions()).isEqualTo(subscriptions);
	}

	@Test
	void completedStreamLingersForEver() {
		EventStream stream = this.engine.stream(Flux.just(Event.of("a")), lingering());
		this.engine.connect(stream).awaitClosed(CloseReason.COMPLETED);
		this.engine.advance(Duration.ofHours(1));
		Client late = this.engine.connect(stream);
		late.awaitClosed(CloseReason.COMPLETED);
		late.awaitData("a");
	}

	@Test
	void channelIsNeverLetGo() {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel, lingering());
		Client client = this.engine.connect(stream);
		channel.publish("message", "a");
		client.awaitData("a");
		leave(client);
		this.engine.advance(Duration.ofHours(1));
		channel.publish("message", "b");
		this.engine.connect(stream, client.sink().lastEventId()).awaitData("b");
	}

	private static StreamSettings lingering() {
		return StreamSettings.builder().linger(Duration.ofMinutes(1)).build();
	}

	private static void leave(Client client) {
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

}
