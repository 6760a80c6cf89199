package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.StreamListener;
import io.eventsource.engine.runtime.Dispatcher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the tables of {@code docs/concurrency.md} say about failures, one by one where it
 * takes more than to inject one.
 */
class SupervisionTests {

	private final TestEngine engine = new TestEngine(1, null, Duration.ofMillis(300));

	private final ManualPublisher publisher = new ManualPublisher();

	private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();

	@AfterEach
	void close() {
		this.logging.resetTurboFilterList();
		this.engine.close();
	}

	@Test
	void filterThatFailsWhileTheLogFailsTooHarmsNobody() {
		this.logging.addTurboFilter(new FailingLog());
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.filters(List.of((event, client) -> {
					if (event.type().equals("bad")) {
						throw new OutOfMemoryError("injected");
					}
					return true;
				})));
		TestEngine.Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1);
		for (int i = 0; i < 5; i++) {
			this.publisher.link().subscriber().onNext(Event.of("bad", "hidden"));
			this.publisher.emit("shown " + i);
		}
		client.awaitData("shown 0", "shown 1", "shown 2", "shown 3", "shown 4");
		assertThat(this.engine.listener().filterFailures()).hasSize(5);
	}

	@Test
	void publisherThatFailsWhileTheLogFailsTooIsSubscribedToAgain() {
		this.logging.addTurboFilter(new FailingLog());
		EventStream stream = this.engine.stream(this.publisher);
		TestEngine.Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1);
		this.publisher.fail(new IllegalStateException("failure"));
		this.engine.advance(Duration.ofSeconds(2));
		TestEngine.await().until(() -> this.publisher.subscriptions() == 2);
		this.publisher.emit("again");
		client.awaitData("again");
	}

	@Test
	void publisherThatThrowsInRequestIsCancelledBeforeItIsSubscribedToAgain() {
		AtomicBoolean failing = new AtomicBoolean(true);
		ManualPublisher source = new ManualPublisher() {

			@Override
			public void onRequest(Link link, long n) {
				if (failing.getAndSet(false)) {
					throw new AssertionError("injected");
				}
			}

		};
		EventStream stream = this.engine.stream(source);
		TestEngine.Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> source.subscriptions() == 1);
		ManualPublisher.Link first = source.link();
		TestEngine.await().until(() -> first.cancellations() > 0);
		this.engine.advance(Duration.ofSeconds(2));
		TestEngine.await().until(() -> source.subscriptions() == 2 && source.link().requested() > 0);
		source.emit("from the second subscription");
		client.awaitData("from the second subscription");
	}

	@Test
	void listenerThatStandsStillIsToldLaterWhatItHasMissed() {
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger closed = new AtomicInteger();
		EventStream stream = this.engine.stream(this.publisher, (builder) -> builder.listener(new StreamListener() {

			@Override
			public void clientClosed(EventClient client, CloseReason reason) {
				awaitUninterruptibly(release);
				closed.incrementAndGet();
			}

		}));
		TestEngine.Client stays = this.engine.connect(stream);
		for (int i = 0; i < 5; i++) {
			this.engine.connect(stream).sink().connection().close(CloseReason.DISCONNECTED);
		}
		TestEngine.await().until(() -> this.engine.dispatcher().snapshot().replaced() == 1);
		TestEngine.await().until(() -> stream.snapshot().clients() == 1);
		this.publisher.emit("for the one that stays");
		stays.awaitData("for the one that stays");
		assertThat(closed).hasValue(0);
		release.countDown();
		TestEngine.await().until(() -> closed.get() == 5);
		TestEngine.await().until(() -> this.engine.dispatcher().snapshot().lost() == 0);
	}

	@Test
	void workerThatStandsStillAndCannotBeReplacedIsReported() {
		CountDownLatch release = new CountDownLatch(1);
		Dispatcher dispatcher = new Dispatcher(1, null, Duration.ZERO, System::nanoTime);
		dispatcher.worker(0).execute(() -> awaitUninterruptibly(release));
		TestEngine.await().until(() -> !dispatcher.snapshot().isHealthy());
		assertThat(dispatcher.snapshot().standing()).isOne();
		release.countDown();
		TestEngine.await().until(() -> dispatcher.snapshot().isHealthy());
		assertThat(dispatcher.snapshot().replaced()).isZero();
		assertThat(dispatcher.snapshot().longestCall()).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
		dispatcher.close();
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Fails for each line that the engine logs as a warning or an error.
	 */
	private static final class FailingLog extends TurboFilter {

		@Override
		public FilterReply decide(@Nullable Marker marker, Logger logger, Level level, @Nullable String format,
				Object @Nullable [] params, @Nullable Throwable failure) {
			if (logger.getName().startsWith("io.eventsource") && level.isGreaterOrEqual(Level.WARN)) {
				throw new OutOfMemoryError("injected into the log");
			}
			return FilterReply.NEUTRAL;
		}

	}

}
