package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

import io.eventsource.EventStreamReader.Received;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When an idle connection gets a heartbeat.
 */
class HeartbeatTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@Test
	void idleClientGetsAHeartbeatAndBusyOnesDoNot() {
		Duration heartbeat = Duration.ofSeconds(15);
		Client idle = this.engine.connect(this.stream);
		this.engine.advance(heartbeat.minusMillis(1));
		assertThat(idle.sink().comments()).isEmpty();
		this.engine.advance(Duration.ofMillis(1));
		TestEngine.await().until(() -> idle.sink().comments().equals(List.of("")));
		this.engine.advance(heartbeat.minusMillis(1));
		assertThat(idle.sink().comments()).hasSize(1);
		this.publisher.emit("a");
		idle.awaitData("a");
		this.engine.advance(heartbeat.minusMillis(1));
		assertThat(idle.sink().comments()).hasSize(1);
		this.engine.advance(Duration.ofMillis(1));
		TestEngine.await().until(() -> idle.sink().comments().size() == 2);
		assertThat(idle.sink().lastEventId()).endsWith("-0");
	}

	@Test
	void clientsAreIdleEachForItself() {
		Client first = this.engine.connect(this.stream);
		this.engine.advance(Duration.ofSeconds(10));
		Client second = this.engine.connect(this.stream);
		this.engine.advance(Duration.ofSeconds(5));
		TestEngine.await().until(() -> first.sink().comments().size() == 1);
		assertThat(second.sink().comments()).isEmpty();
		this.engine.advance(Duration.ofSeconds(10));
		TestEngine.await().until(() -> second.sink().comments().size() == 1);
		assertThat(first.sink().comments()).hasSize(1);
	}

	@Test
	void heartbeatsMayBeSwitchedOff() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().heartbeat(Duration.ZERO).build());
		Client client = this.engine.connect(stream);
		this.engine.advance(Duration.ofDays(1));
		this.engine.tick();
		assertThat(client.sink().writes()).isEmpty();
	}

	@Test
	void heartbeatThatPagesSeeIsAnEventWithoutDataOrId() {
		Client client = this.engine.connect(startVisible((builder) -> builder));
		this.publisher.emit("a");
		client.awaitData("a");
		String position = client.sink().lastEventId();
		this.engine.advance(Duration.ofSeconds(14));
		client.assertOpen();
		assertThat(client.data()).containsExactly("a");
		this.engine.advance(Duration.ofSeconds(1));
		client.awaitData("a", "");
		assertThat(client.sink().events()).last().extracting(Received::type).isEqualTo("ping");
		assertThat(client.sink().lastEventId()).isEqualTo(position);
		assertThat(client.sink().comments()).isEmpty();
	}

	/** By positions it would not know that the connection lives. */
	@Test
	void pageThatIsNotShownWhatComesSeesHeartbeats() {
		Client client = this.engine.connect(
				startVisible((builder) -> builder.filters(List.of((event, asked) -> "shown".equals(event.data())))));
		for (int second = 0; second < 60; second++) {
			for (int i = 0; i < 600; i++) {
				this.publisher.emit("hidden");
			}
			this.engine.work();
			this.engine.advance(Duration.ofSeconds(1));
		}
		client.awaitData("", "", "", "");
		this.publisher.emit("shown");
		client.awaitData("", "", "", "", "shown");
	}

	private EventStream startVisible(UnaryOperator<EventStreamBuilder> customizer) {
		StreamSettings settings = StreamSettings.builder().heartbeatEvent("ping").build();
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> customizer.apply(builder.settings(settings)));
		int subscriptions = this.publisher.subscriptions();
		stream.start();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() > subscriptions && !this.publisher.link().requests().isEmpty());
		return stream;
	}

	@Test
	void heartbeatNeverFallsIntoAnEvent() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().heartbeat(Duration.ofSeconds(1)).build());
		Client client = this.engine.connect(stream, null, new RecordingSink(1));
		String large = "x".repeat(300_000);
		this.publisher.emit(large);
		for (int i = 1; client.data().isEmpty(); i++) {
			int writes = i;
			TestEngine.await().until(() -> client.sink().writes().size() >= writes || !client.data().isEmpty());
			this.engine.advance(Duration.ofSeconds(2));
			client.sink().ready(1);
			this.engine.work();
		}
		client.awaitData(large);
		assertThat(client.sink().comments()).isEmpty();
	}

}
