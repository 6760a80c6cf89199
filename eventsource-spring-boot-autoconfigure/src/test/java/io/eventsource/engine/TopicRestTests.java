package io.eventsource.engine;

import java.time.Duration;
import java.util.Arrays;

import io.eventsource.CloseReason;
import io.eventsource.EventTopics;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.TopicSettings;
import io.eventsource.UnknownTopics;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Topics that nobody uses, of which only the log remains until somebody does.
 */
class TopicRestTests {

	/** The objects of the engine that an empty topic takes, and what names it. */
	private static final int MAX_BYTES = 1024;

	private static final Duration MOMENT = Duration.ofMillis(1100);

	private final TestEngine engine = new TestEngine();

	private final EventTopics topics = EventTopics.create();

	private final TopicFamily family = new TopicFamily(this.engine, this.topics, StreamSettings.defaults(),
			new TopicSettings(Duration.ofMinutes(5), 100_000, 100_000_000, UnknownTopics.ACCEPT));

	@AfterEach
	void close() {
		this.family.close();
		this.engine.close();
	}

	private boolean rests(String topic) {
		return this.family.knows(topic) && this.family.topics().streams(topic).isEmpty();
	}

	@Test
	void restsAMomentAfterItsLastUseAndRunsForTheNext() {
		Client client = this.family.connect("room", null);
		this.topics.publish("room", "message", "1");
		client.awaitData("1");
		this.engine.advance(MOMENT);
		assertThat(rests("room")).isFalse();
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		this.engine.advance(MOMENT);
		assertThat(rests("room")).isTrue();
		this.topics.publish("room", "message", "2");
		assertThat(rests("room")).isFalse();
		this.engine.advance(MOMENT);
		assertThat(rests("room")).isTrue();
		Client back = this.family.connect("room", client.sink().lastEventId());
		back.awaitData("2");
		this.topics.publish("room", "message", "3");
		back.awaitData("2", "3");
		assertThat(this.engine.listener().missed(back.id())).isEmpty();
	}

	@Test
	void countsStayWhileItRests() {
		for (int i = 1; i <= 3; i++) {
			Client client = this.family.connect("room", null);
			this.topics.publish("room", "message", "x");
			client.awaitData("x");
			client.sink().connection().close(CloseReason.DISCONNECTED);
			client.awaitClosed(CloseReason.DISCONNECTED);
			this.engine.advance(MOMENT);
			assertThat(rests("room")).isTrue();
			StreamSnapshot topic = this.family.topics().describe("room").stream();
			assertThat(topic.name()).isEqualTo("test");
			assertThat(topic.state()).isEqualTo(State.LIVE);
			assertThat(topic.published()).isEqualTo(i);
			assertThat(topic.delivered()).isEqualTo(i);
			assertThat(this.family.snapshot().published()).isEqualTo(i);
			assertThat(this.family.snapshot().delivered()).isEqualTo(i);
			assertThat(this.family.snapshot().clients()).isZero();
		}
	}

	@Test
	void endIsKnownWhileItRestsAndAfterwards() {
		this.topics.publish("job", "progress", "1");
		this.topics.publish("other", "progress", "1");
		this.topics.complete("job");
		this.engine.advance(MOMENT);
		assertThat(rests("job")).isTrue();
		// One that rests already
		this.topics.complete("other");
		for (String topic : Arrays.asList("job", "other")) {
			assertThat(this.family.topics().describe(topic).stream().state()).isEqualTo(State.COMPLETED);
			assertThat(this.family.isOver(topic, null)).isFalse();
			assertThatIllegalStateException().isThrownBy(() -> this.topics.publish(topic, "progress", "2"));
			assertThat(this.topics.start(topic, Flux::never)).isFalse();
			Client late = this.family.connect(topic, null);
			late.awaitData("1");
			late.awaitClosed(CloseReason.COMPLETED);
			assertThat(this.family.isOver(topic, late.sink().lastEventId())).isTrue();
			this.engine.advance(MOMENT);
			assertThat(rests(topic)).isTrue();
		}
	}

	@Test
	void runsAsLongAsItsSource() {
		assertThat(this.topics.start("job", Flux::never)).isTrue();
		this.topics.publish("job", "progress", "1");
		this.engine.advance(MOMENT);
		assertThat(rests("job")).isFalse();
		this.topics.complete("job");
		this.engine.advance(MOMENT);
		assertThat(rests("job")).isTrue();
	}

	@Test
	void manyAtOnceRestBeforeAMomentIsOver() {
		for (int i = 0; i < 300; i++) {
			this.topics.publish("room " + i, "message", "x");
		}
		assertThat(rests("room 0")).isTrue();
		assertThat(rests("room 299")).isFalse();
	}

	@Test
	void takesLittleMemory() {
		int count = 20_000;
		long before = used();
		for (int i = 0; i < count; i++) {
			this.topics.publish("room " + i, "message", "");
		}
		this.engine.advance(MOMENT);
		assertThat((used() - before) / count).isLessThan(MAX_BYTES);
	}

	private static long used() {
		Runtime runtime = Runtime.getRuntime();
		long used = Long.MAX_VALUE;
		for (int i = 0; i < 3; i++) {
			System.gc();
			used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
		}
		return used;
	}

}
