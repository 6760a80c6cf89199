package io.eventsource.engine.source;

import java.time.Duration;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Elements of a publisher that cannot be sent.
 */
class RejectedElementTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

	private static final String REJECTED = "{\"cause\":\"rejected\"}";

	@Test
	void elementThatCannotBeAnEventIsLeftOutAndTold() {
		EventStream stream = this.engine.stream(Flux.just(1, 2, 3), (builder) -> builder.mapping((element) -> {
			if (element.equals(2)) {
				throw new IllegalArgumentException("not two");
			}
			return Event.of(element);
		}));
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("1", REJECTED, "3");
		assertThat(this.engine.listener().rejected()).containsExactly(2);
	}

	@Test
	void eventThatCannotBeSentIsLeftOutAndTheStreamGoesOn() {
		StreamSettings settings = StreamSettings.builder().maxEventSize(50).build();
		Event large = Event.of("large", "x".repeat(100));
		EventStream stream = this.engine.stream(Flux.just(Event.of("a"), large, Event.of("b")), settings);
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", REJECTED, "b");
		assertThat(this.engine.listener().rejected()).containsExactly(large);
		assertThat(this.engine.listener().rejections().get(0)).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("121 bytes")
			.hasMessageContaining("50 of max-event-size");
		assertThat(this.engine.listener().failures()).isEmpty();
	}

	@Test
	void eventWhoseDataCannotBeWrittenIsLeftOutAndTheStreamGoesOn() {
		Exception failure = new java.io.IOException("no JSON");
		Event bad = Event.of("bad", 2);
		EventStream stream = this.engine.stream(Flux.just(Event.of(1), bad, Event.of(3)),
				(builder) -> builder.dataWriter((data) -> {
					if (data.equals(2)) {
						throw failure;
					}
					return "<" + data + ">";
				}));
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("<1>", REJECTED, "<3>");
		assertThat(this.engine.listener().rejected()).containsExactly(bad);
		assertThat(this.engine.listener().rejections().get(0)).hasMessageContaining("no JSON").hasCause(failure);
	}

	@Test
	void eventWhoseDataFailsAsTextIsLeftOutAndTheStreamGoesOn() {
		CharSequence broken = new CharSequence() {

			@Override
			public int length() {
				return 1;
			}

			@Override
			public char charAt(int index) {
				return 'x';
			}

			@Override
			public CharSequence subSequence(int start, int end) {
				return this;
			}

			@Override
			public String toString() {
				throw new IllegalStateException("no text");
			}

		};
		EventStream stream = this.engine.stream(Flux.just(Event.of("a"), Event.of("bad", broken), Event.of("b")));
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", REJECTED, "b");
		assertThat(this.engine.listener().rejected()).hasSize(1);
	}

	@Test
	void eventsThatAreLeftOutStillRenewTheDemand() {
		StreamSettings settings = StreamSettings.builder().maxEventSize(50).bufferSize(4).build();
		Flux<Event> events = Flux.range(1, 100).map((i) -> Event.of("x".repeat(100)));
		EventStream stream = this.engine.stream(events.concatWith(Flux.just(Event.of("a"))), settings);
		Client client = this.engine.connect(stream);
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(101).endsWith("a").startsWith(REJECTED);
		assertThat(this.engine.listener().rejected()).hasSize(100);
	}

	@Test
	void listenerThatThrowsDoesNotDisturbTheIntake() {
		StreamListener broken = new StreamListener() {

			@Override
			public void eventRejected(String stream, Object element, Throwable cause) {
				throw new IllegalStateException("broken listener");
			}

			@Override
			public void publisherFailed(String stream, Throwable cause) {
				throw new IllegalStateException("broken listener");
			}

		};
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.listener(broken).settings(StreamSettings.builder().maxEventSize(50).build()));
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.emit("x".repeat(100), "a");
		this.publisher.fail(new IllegalStateException("once"));
		this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		this.publisher.awaitSubscriptions(2);
		this.publisher.emit("b");
		client.awaitData(REJECTED, "a", "b");
	}

}
