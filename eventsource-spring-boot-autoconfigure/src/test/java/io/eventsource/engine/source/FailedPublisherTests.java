package io.eventsource.engine.source;

import java.time.Duration;

import io.eventsource.CloseReason;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.FrameEncoder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a publisher that has failed is subscribed to again.
 */
class FailedPublisherTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

	@Test
	void failedPublisherIsSubscribedToAgainAfterAPauseWhileClientsStay() {
		RuntimeException failure = new IllegalStateException("broken pipe");
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.emit("a");
		this.publisher.fail(failure);
		assertThat(this.engine.listener().failures()).containsExactly(failure);
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.RESTARTING);
		this.engine.advance(HALF_A_SECOND.minusMillis(1));
		assertThat(this.publisher.subscriptions()).isOne();
		this.engine.advance(HALF_A_SECOND.plusMillis(1));
		this.publisher.awaitSubscriptions(2);
		this.publisher.awaitRequest();
		client.assertOpen();
		this.publisher.emit("b");
		client.awaitData("a", "b");
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
	}

	@Test
	void newClientDoesNotCutThePauseShort() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.fail(new IllegalStateException("first"));
		this.engine.connect(stream);
		stream.start();
		this.engine.tick();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void pausesGrowUpToHalfAMinute() {
		this.engine.connect(this.engine.stream(this.publisher));
		Duration pause = HALF_A_SECOND.multipliedBy(2);
		for (int i = 1; i <= 8; i++) {
			this.publisher.awaitSubscriptions(i);
			this.publisher.fail(new IllegalStateException("failure " + i));
			this.engine.advance(pause.dividedBy(2).minusMillis(1));
			assertThat(this.publisher.subscriptions()).as("after failure %d", i).isEqualTo(i);
			this.engine.advance(pause.dividedBy(2).plusMillis(1));
			pause = pause.multipliedBy(2);
			pause = (pause.compareTo(Duration.ofSeconds(30)) > 0) ? Duration.ofSeconds(30) : pause;
		}
		this.publisher.awaitSubscriptions(9);
	}

	@Test
	void pausesBeginAnewOnceThePublisherHasLivedForAWhile() {
		this.engine.connect(this.engine.stream(this.publisher));
		for (int i = 1; i <= 4; i++) {
			this.publisher.awaitSubscriptions(i);
			this.publisher.awaitRequest();
			this.publisher.emit("a");
			this.engine.advance(Duration.ofSeconds(30));
			this.publisher.fail(new IllegalStateException("failure " + i));
			this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		}
		this.publisher.awaitSubscriptions(5);
	}

	@Test
	void quietPublisherThatWasSubscribedToAgainIsLive() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.fail(new IllegalStateException("once"));
		this.engine.advance(HALF_A_SECOND.multipliedBy(2));
		this.publisher.awaitSubscriptions(2);
		this.publisher.awaitRequest();
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
	}

	@Test
	void failedPublisherOfAStoppedStreamIsLeftAlone() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.fail(new IllegalStateException("once"));
		stream.stop();
		this.engine.advance(Duration.ofMinutes(1));
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void failureOfAPersonalStreamSendsItsClientAway() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.fail(new IllegalStateException("once"));
		client.awaitClosed(CloseReason.FAILED);
		this.engine.advance(Duration.ofMinutes(1));
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void clientOfAPersonalStreamThatFailsGetsWhatCameBefore() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connectBlocked(stream);
		this.publisher.awaitRequest();
		this.publisher.emit("a");
		this.publisher.fail(new IllegalStateException("failure"));
		this.engine.tick();
		client.assertOpen();
		client.sink().ready();
		client.awaitClosed(CloseReason.FAILED);
		assertThat(client.data()).containsExactly("a");
		assertThat(FrameEncoder.isEnd(client.sink().lastEventId())).isFalse();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void pausesBeforeRestartsAreThoseThatWereSet() {
		StreamSettings settings = StreamSettings.builder()
			.restartMinDelay(Duration.ofMinutes(1))
			.restartMaxDelay(Duration.ofMinutes(3))
			.build();
		this.engine.connect(this.engine.stream(this.publisher, settings));
		for (int i = 1; i <= 4; i++) {
			this.publisher.awaitSubscriptions(i);
			this.publisher.fail(new IllegalStateException("failure " + i));
			Duration pause = Duration.ofMinutes(Math.min(3, 1L << (i - 1)));
			this.engine.advance(pause.dividedBy(2).minusMillis(1));
			assertThat(this.publisher.subscriptions()).as("after failure %d", i).isEqualTo(i);
			this.engine.advance(pause.dividedBy(2).plusMillis(1));
		}
		this.publisher.awaitSubscriptions(5);
	}

}
