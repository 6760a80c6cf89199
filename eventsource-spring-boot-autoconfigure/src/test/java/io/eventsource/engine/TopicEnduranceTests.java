package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventTopics;
import io.eventsource.StreamSettings;
import io.eventsource.TopicSettings;
import io.eventsource.TopicsSnapshot;
import io.eventsource.UnknownTopics;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.EventLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Topics that come and go, and sources that misbehave, leave nothing behind, keep to the
 * limits, and do no harm to another family.
 */
class TopicEnduranceTests {

	private static final Duration LINGER = Duration.ofSeconds(2);

	private static final long MEMORY = 1_000_000;

	private static final Class<?>[] PARTS = { TopicStream.class, EventStream.class, EventLog.class };

	private final long partsBefore = LiveObjects.count(PARTS);

	private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();

	private final TestEngine engine = new TestEngine();

	private final EventTopics topics = EventTopics.create();

	private final EventTopics others = EventTopics.create();

	private final TopicFamily family = family(this.topics);

	private final TopicFamily other = family(this.others);

	@AfterEach
	void close() {
		this.family.close();
		this.other.close();
		this.engine.close();
	}

	private TopicFamily family(EventTopics topics) {
		return new TopicFamily(this.engine, topics, StreamSettings.defaults(),
				new TopicSettings(LINGER, 500, MEMORY, UnknownTopics.ACCEPT));
	}

	@Test
	void topicsComeAndGo() {
		comeAndGo(1000, 0);
	}

	/**
	 * A hundred a second for ten minutes.
	 */
	@Test
	@Tag("soak")
	@Timeout(value = 30, unit = TimeUnit.MINUTES)
	void topicsComeAndGoForLong() {
		comeAndGo(60_000, TimeUnit.MILLISECONDS.toNanos(10));
	}

	private void comeAndGo(int count, long pause) {
		Deque<Client> present = new ArrayDeque<>();
		long start = System.nanoTime();
		for (int i = 0; i < count; i++) {
			Client client = this.family.connect("room " + i, null);
			present.add(client);
			if (i % 3 != 0) {
				this.topics.publish("room " + i, "message", "x".repeat(i % 1000));
			}
			if (present.size() > 100) {
				leave(present.remove());
			}
			this.engine.turn(Duration.ofMillis(10));
			TopicsSnapshot now = this.family.topics().snapshot("test");
			assertThat(now.topics()).isLessThanOrEqualTo(500);
			assertThat(now.bytes()).isLessThanOrEqualTo(MEMORY);
			LockSupport.parkNanos(start + i * pause - System.nanoTime());
		}
		present.forEach(this::leave);
		present.clear();
		assertNothingIsLeft();
		assertNoThreadIsLeft();
		assertThat(this.family.snapshot().published()).isEqualTo(count - (count + 2) / 3);
	}

	private void leave(Client client) {
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		this.engine.forget(client);
	}

	@ParameterizedTest
	@EnumSource
	void sourcesMisbehave(Source source) {
		Client bystander = this.other.connect("room", null);
		AtomicInteger running = new AtomicInteger();
		for (int i = 0; i < 50; i++) {
			assertThat(this.topics.start("job " + i, () -> source.publisher(running))).isTrue();
		}
		this.others.publish("room", "message", "unharmed");
		bystander.awaitData("unharmed");
		Client watching = this.family.connect("job 1", null);
		for (int i = 0; i < 50; i++) {
			this.topics.complete("job " + i);
		}
		watching.awaitClosed(CloseReason.COMPLETED);
		assertThat(this.family.topics().snapshot("test").bytes()).isLessThanOrEqualTo(2 * MEMORY);
		assertNothingIsLeft();
		TestEngine.await().until(() -> running.get() == 0);
		this.others.publish("room", "message", "still unharmed");
		bystander.awaitData("unharmed", "still unharmed");
		if (source == Source.FLOODS) {
			assertNoThreadIsLeft();
		}
	}

	private void assertNothingIsLeft() {
		TestEngine.await().until(() -> this.family.snapshot().clients() == 0);
		TestEngine.await().until(() -> this.family.topics().snapshot("test").sources() == 0);
		TestEngine.await().until(() -> {
			this.engine.advance(LINGER.plusSeconds(1));
			return this.family.topics().snapshot("test").topics() == 0;
		});
		assertThat(this.family.topics().snapshot("test").bytes()).isZero();
		assertThat(this.family.topics().busiest(10)).isEmpty();
		TestEngine.await().untilAsserted(() -> assertThat(LiveObjects.count(PARTS) - this.partsBefore).isLessThan(10));
	}

	/** Those without work end after some seconds. */
	private void assertNoThreadIsLeft() {
		TestEngine.await().untilAsserted(() -> assertThat(newThreads()).allMatch(TopicEnduranceTests::isKept));
	}

	private List<String> newThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !this.threadsBefore.contains(thread))
			.map(Thread::getName)
			.toList();
	}

	/**
	 * The workers of the engine, and what other libraries keep for all.
	 */
	private static boolean isKept(String thread) {
		return !thread.startsWith("eventsource") || thread.startsWith("eventsource-dispatch")
				|| thread.equals("eventsource-watchdog");
	}

	/**
	 * What a source does that was started.
	 */
	private enum Source {

		NEVER_ENDS {

			@Override
			Publisher<?> publish() {
				return Flux.never();
			}

		},

		FAILS {

			@Override
			Publisher<?> publish() {
				return Flux.just(Event.of("1")).concatWith(Flux.error(new IllegalStateException("The job failed")));
			}

		},

		FAILS_TO_START {

			@Override
			Publisher<?> publish() {
				throw new IllegalStateException("There is no job");
			}

		},

		IS_SLOW {

			@Override
			Publisher<?> publish() {
				return Flux.interval(Duration.ofMillis(300)).map((i) -> Event.of("tick " + i));
			}

		},

		FLOODS {

			@Override
			Publisher<?> publish() {
				return Flux.range(0, 20_000).map((i) -> Event.of("flood " + i));
			}

		};

		abstract Publisher<?> publish();

		Publisher<?> publisher(AtomicInteger running) {
			return Flux.from(publish())
				.doOnSubscribe((subscription) -> running.incrementAndGet())
				.doFinally((signal) -> running.decrementAndGet());
		}

	}

}
