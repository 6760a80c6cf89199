package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * The hand-overs between the threads of the engine, on its own classes: each scene is
 * played again and again, and its threads meet at another moment each time.
 */
class EngineHandOverTests {

	private static final Logger logger = (Logger) LoggerFactory.getLogger("io.eventsource");

	private static Level level;

	@BeforeAll
	static void silence() {
		level = logger.getLevel();
		logger.setLevel(Level.OFF);
	}

	@AfterAll
	static void speak() {
		logger.setLevel(level);
	}

	/**
	 * How often each scene is played.
	 */
	int rounds() {
		return 2_000;
	}

	@Test
	void eventThatIsPublishedDuringAPassReachesTheClient() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(UnaryOperator.identity());
			SceneSink sink = scene.connect();
			sink.ready();
			scene.run(() -> scene.publisher().emit("a", "b"));
			require(sink.data().equals(List.of("a", "b")), "the client has " + sink.data());
		});
	}

	@Test
	void clientThatBecomesReadyDuringAPassGetsItsEvents() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(UnaryOperator.identity());
			SceneSink sink = scene.connect();
			scene.run(() -> scene.publisher().emit("a"), sink::ready);
			require(sink.data().equals(List.of("a")), "the client has " + sink.data());
		});
	}

	@Test
	void clientThatComesWhileTheStreamIsClosedIsRefusedOrClosed() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(UnaryOperator.identity());
			SceneSink sink = new SceneSink();
			AtomicInteger refused = new AtomicInteger();
			scene.run(() -> {
				try {
					scene.connect(sink);
				}
				catch (IllegalStateException ex) {
					refused.incrementAndGet();
				}
			}, scene.stream()::close);
			require(refused.get() + sink.completions() == 1,
					refused + " refusals and " + sink.completions() + " completions");
			require(scene.stream().snapshot().clients() == 0, "a client is counted for ever");
		});
	}

	@Test
	void connectionIsEndedOnceWithTheReasonOfWhoeverWasFirst() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(UnaryOperator.identity());
			SceneSink sink = scene.connect();
			scene.run(() -> sink.connection().close(CloseReason.DISCONNECTED), () -> {
				sink.connection().close(CloseReason.REVOKED);
				scene.stream().close();
			});
			require(sink.completions() == 1, sink.completions() + " completions");
			require(scene.reasons().equals(List.of(CloseReason.DISCONNECTED))
					|| scene.reasons().equals(List.of(CloseReason.REVOKED)), "closed for " + scene.reasons());
			require(scene.stream().snapshot().clients() == 0, "a client is counted for ever");
		});
	}

	@Test
	void clientOfAStreamThatEndsGetsItsLastEventBeforeTheEnd() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(UnaryOperator.identity());
			SceneSink sink = scene.connect();
			sink.ready();
			scene.run(() -> {
				scene.publisher().emit("a");
				scene.publisher().complete();
			});
			require(sink.data().equals(List.of("a")), "the client has " + sink.data());
			require(scene.reasons().equals(List.of(CloseReason.COMPLETED)), "closed for " + scene.reasons());
			require(sink.completions() == 1, sink.completions() + " completions");
		});
	}

	@Test
	void clientOfAStreamThatIsStoppedGetsWhatTheStreamHasTaken() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(UnaryOperator.identity());
			SceneSink sink = scene.connect();
			sink.ready();
			scene.run(() -> scene.publisher().emit("a", "b"), scene.stream()::stop);
			require(sink.data().size() == scene.stream().snapshot().published(), "the client has " + sink.data());
			require(scene.reasons().equals(List.of(CloseReason.COMPLETED)), "closed for " + scene.reasons());
			require(scene.publisher().link().cancellations() > 0, "the publisher was not cancelled");
		});
	}

	@Test
	void publisherIsAskedForMoreWhileItEmits() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(settings(StreamSettings.builder().bufferSize(2)));
			SceneSink sink = scene.connect();
			sink.ready();
			scene.finish();
			ManualPublisher.Link link = scene.publisher().link();
			AtomicInteger emitted = new AtomicInteger();
			scene.run(() -> {
				while (emitted.get() < Math.min(3, link.requested())) {
					scene.publisher().emit(emitted.incrementAndGet());
				}
			});
			require(sink.data().size() == emitted.get(), "the client has " + sink.data());
			require(link.requested() > emitted.get(), "the publisher waits for ever");
			require(!link.hasOverlappingRequests(), "two threads have asked for more at the same time");
		});
	}

	@Test
	void publisherThatFailsWhileItIsAskedForMoreIsSubscribedToAgain() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(settings(StreamSettings.builder().bufferSize(2)));
			SceneSink sink = scene.connect();
			sink.ready();
			scene.publisher().emit("a", "b");
			scene.turn(60);
			scene.worker().tickNext();
			scene.run(() -> scene.publisher().fail(new IllegalStateException("broken")));
			scene.turn(60);
			scene.worker().tickNext();
			scene.finish();
			require(scene.publisher().subscriptions() == 2, scene.publisher().subscriptions() + " subscriptions");
			require(scene.publisher().link().requested() > 0, "nothing was asked for");
			scene.publisher().emit("c");
			scene.finish();
			require(sink.data().equals(List.of("a", "b", "c")), "the client has " + sink.data());
		});
	}

	@Test
	void subscriptionThatComesWhileTheStreamIsClosedIsCancelled() {
		check(() -> {
			HandOverScene scene = new HandOverScene(UnaryOperator.identity());
			scene.stream().start();
			scene.run(scene.stream()::close);
			ManualPublisher publisher = scene.publisher();
			require(publisher.subscriptions() == 0 || publisher.link().cancellations() > 0,
					"the publisher was not cancelled");
		});
	}

	@Test
	void publisherIsNotReleasedUnderAClientThatComes() {
		check(() -> {
			HandOverScene scene = new HandOverScene(settings(StreamSettings.builder().linger(Duration.ofSeconds(1))));
			scene.connect().connection().close(CloseReason.DISCONNECTED);
			scene.finish();
			scene.turn(60);
			scene.worker().tickNext();
			SceneSink sink = new SceneSink();
			scene.run(() -> {
				scene.connect(sink);
				sink.ready();
			});
			require(scene.publisher().link().cancellations() == 0, "the publisher was released");
			scene.publisher().emit("a");
			scene.finish();
			require(sink.data().equals(List.of("a")), "the client has " + sink.data());
		});
	}

	@Test
	void clientThatComesHasAPublisherWhateverIsReleasedMeanwhile() {
		check(() -> {
			HandOverScene scene = new HandOverScene(settings(StreamSettings.builder().linger(Duration.ZERO)));
			scene.connect().connection().close(CloseReason.DISCONNECTED);
			scene.finish();
			scene.worker().tickNext();
			SceneSink sink = new SceneSink();
			scene.run(() -> {
				scene.connect(sink);
				sink.ready();
			});
			require(scene.publisher().link().cancellations() == 0, "the client has no publisher");
			scene.publisher().emit("a");
			scene.finish();
			require(sink.data().equals(List.of("a")), "the client has " + sink.data());
		});
	}

	@Test
	void readerThatIsOvertakenKnowsWhatItHasMissed() {
		check(() -> {
			HandOverScene scene = HandOverScene
				.begin(settings(StreamSettings.builder().bufferSize(2).overflow(OverflowStrategy.SKIP)));
			SceneSink sink = scene.connect();
			sink.ready();
			scene.run(() -> scene.publisher().emit("1", "2", "3", "4"));
			List<String> events = sink.data().stream().filter((data) -> data.length() == 1).toList();
			require(events.stream().sorted().distinct().toList().equals(events), "the client has " + sink.data());
			long skipped = scene.stream().snapshot().skipped();
			require(events.size() + skipped == 4, "the client has " + sink.data() + ", and has missed " + skipped);
		});
	}

	@Test
	void historyIsClosedOnceAlsoIfItsClientLeaves() {
		check(() -> {
			AtomicInteger opened = new AtomicInteger();
			AtomicInteger closed = new AtomicInteger();
			HandOverScene scene = HandOverScene.begin((builder) -> builder.history((id, client, limit) -> {
				opened.incrementAndGet();
				return Stream.of(Event.of("a")).onClose(closed::incrementAndGet);
			}));
			SceneSink sink = scene.connect(new SceneSink("unknown"));
			sink.ready();
			scene.run(() -> sink.connection().close(CloseReason.DISCONNECTED));
			require(opened.get() == closed.get(), opened + " were opened and " + closed + " closed");
			require(sink.completions() == 1, sink.completions() + " completions");
		});
	}

	@Test
	void eventsOfTheLogFollowTheHistory() {
		check(() -> {
			HandOverScene scene = HandOverScene
				.begin((builder) -> builder.history((id, client, limit) -> Stream.of(event("a"))));
			SceneSink sink = scene.connect(new SceneSink("unknown"));
			sink.ready();
			scene.run(() -> scene.publisher().link().subscriber().onNext(event("b")));
			require(sink.data().equals(List.of("a", "b")), "the client has " + sink.data());
		});
	}

	@Test
	void workerIsReplacedOrGoesOn() {
		check(() -> {
			HandOverScene scene = HandOverScene.begin(UnaryOperator.identity());
			SceneSink sink = scene.connect();
			sink.ready();
			scene.publisher().emit("a");
			boolean replaced = scene.worker().runAndReplace();
			scene.finish();
			boolean served = sink.data().equals(List.of("a")) && sink.completions() == 0;
			boolean ended = sink.completions() == 1 && scene.reasons().equals(List.of(CloseReason.WRITE_TIMEOUT));
			require(replaced ? ended : served, (replaced ? "replaced: " : "not replaced: ") + sink.data() + ", "
					+ sink.completions() + " completions, closed for " + scene.reasons());
			require(scene.stream().snapshot().clients() == (replaced ? 0 : 1), "the client was not counted off once");
			require(scene.worker().lost() == 0, "a thread has not come back");
		});
	}

	private static Event event(String data) {
		return Event.builder().id(data).data(data).build();
	}

	private static UnaryOperator<EventStreamBuilder> settings(StreamSettings.Builder settings) {
		return (builder) -> builder.settings(settings.build());
	}

	private void check(Runnable scene) {
		for (int round = 0; round < rounds(); round++) {
			scene.run();
		}
	}

	private static void require(boolean condition, String message) {
		if (!condition) {
			throw new AssertionError(message);
		}
	}

}
