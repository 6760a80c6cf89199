package io.eventsource.web;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventHistory;
import io.eventsource.Patience;
import io.eventsource.PersonalStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Threads that are in the application's code for one client: there are no more of them
 * than connections, they are interrupted when the client has gone, and they end.
 */
@ExtendWith(OutputCaptureExtension.class)
class ApplicationThreadsTests {

	private static final int LIMIT = 12;

	private final List<Socket> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() throws Exception {
		this.server.bean(Application.class).release.countDown();
		for (Socket socket : this.open) {
			socket.close();
		}
		this.server.close();
	}

	static Stream<Arguments> calls() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Stream.of("create", "subscribe", "request", "history", "owned-history")
				.map((call) -> Arguments.of(container, call)));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void threadIsInterruptedWhenItsClientHasGoneAndItsPlaceIsFree(TestServer.Container container, String call,
			CapturedOutput output) throws Exception {
		start(container, "eventsource.max-connections=" + LIMIT);
		Application application = this.server.bean(Application.class);
		for (int round = 1; round <= 3; round++) {
			for (int i = 0; i < LIMIT; i++) {
				connect(call);
			}
			await().atMost(Patience.LIMIT).until(() -> application.inside.get() == LIMIT);
			assertThat(threads()).hasSizeLessThanOrEqualTo(2 * LIMIT);
			reset();
			int expected = round * LIMIT;
			await().atMost(Patience.LIMIT).until(() -> application.interrupted.get() == expected);
			await().atMost(Patience.LIMIT).until(() -> this.server.clients(call) == 0);
		}
		await().atMost(Patience.LIMIT).until(() -> threads().isEmpty());
		assertThat(output).doesNotContain("ERROR", "WARN");
	}

	@ParameterizedTest
	@EachContainer
	void threadThatCannotBeInterruptedKeepsThePlaceOfItsClient(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-connections=" + LIMIT);
		Application application = this.server.bean(Application.class);
		for (int i = 0; i < LIMIT; i++) {
			connect("stubborn");
		}
		await().atMost(Patience.LIMIT).until(() -> application.inside.get() == LIMIT);
		reset();
		await().atMost(Patience.LIMIT).until(() -> this.server.clients("stubborn") == 0);
		for (int i = 0; i < 3 * LIMIT; i++) {
			StreamClient refused = StreamClient.connect(this.server.uri("/events/stubborn"));
			assertThat(refused.awaitEnd().events()).isEmpty();
		}
		assertThat(application.inside).hasValue(LIMIT);
		assertThat(threads()).hasSizeLessThanOrEqualTo(2 * LIMIT);
		application.release.countDown();
		await().atMost(Patience.LIMIT).until(() -> application.inside.get() == 0);
		connect("stubborn");
		await().atMost(Patience.LIMIT).until(() -> this.server.clients("stubborn") == 1);
	}

	@ParameterizedTest
	@EachContainer
	void virtualThreadIsInterruptedToo(TestServer.Container container) throws Exception {
		start(container, "spring.threads.virtual.enabled=true");
		Application application = this.server.bean(Application.class);
		for (int i = 0; i < 5; i++) {
			connect("create");
		}
		await().atMost(Patience.LIMIT).until(() -> application.inside.get() == 5);
		reset();
		await().atMost(Patience.LIMIT).until(() -> application.interrupted.get() == 5);
	}

	@ParameterizedTest
	@EachContainer
	void threadsAreInterruptedAtTheEndOfTheApplication(TestServer.Container container) throws Exception {
		start(container, "spring.threads.virtual.enabled=true");
		Application application = this.server.bean(Application.class);
		connect("create");
		connect("history");
		await().atMost(Patience.LIMIT).until(() -> application.inside.get() == 2);
		this.server.context().stop();
		await().atMost(Patience.LIMIT).until(() -> application.interrupted.get() == 2);
	}

	private void start(TestServer.Container container, String... properties) {
		String[] all = Stream.concat(Stream.of("eventsource.heartbeat=100ms"), Stream.of(properties))
			.toArray(String[]::new);
		this.server = TestServer.start(container, Application.class, all);
	}

	private void connect(String stream) throws Exception {
		Socket socket = new Socket("127.0.0.1", this.server.port());
		socket.getOutputStream()
			.write(("GET /events/" + stream + " HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 17\r\n\r\n")
				.getBytes(StandardCharsets.US_ASCII));
		this.open.add(socket);
	}

	/** Closes all connections by a reset. */
	private void reset() throws Exception {
		for (Socket socket : this.open) {
			socket.setSoLinger(true, 0);
			socket.close();
		}
		this.open.clear();
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("eventsource-intake-"))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final AtomicInteger inside = new AtomicInteger();

		private final AtomicInteger interrupted = new AtomicInteger();

		private final CountDownLatch release = new CountDownLatch(1);

		@Bean
		PersonalStream create() {
			return (client) -> {
				block();
				return Flux.never();
			};
		}

		@Bean
		PersonalStream subscribe() {
			return (client) -> Flux.defer(() -> {
				block();
				return Flux.never();
			});
		}

		@Bean
		PersonalStream request() {
			return (client) -> Flux.generate((sink) -> {
				block();
				sink.complete();
			});
		}

		@Bean
		PersonalStream history() {
			return (client) -> Flux.never();
		}

		@Bean
		@Qualifier("history")
		EventHistory historyOfHistory() {
			return (id, client, limit) -> {
				block();
				return Stream.empty();
			};
		}

		@Bean("owned-history")
		PersonalStream ownedHistory() {
			return (client) -> Flux.never();
		}

		@Bean
		@Qualifier("owned-history")
		EventHistory historyOfOwnedHistory() {
			return (id, client, limit) -> Stream.generate(() -> {
				block();
				return Event.of("late");
			}).limit(1);
		}

		@Bean
		PersonalStream stubborn() {
			return (client) -> {
				this.inside.incrementAndGet();
				while (this.release.getCount() > 0) {
					try {
						this.release.await();
					}
					catch (InterruptedException ex) {
						this.interrupted.incrementAndGet();
					}
				}
				this.inside.decrementAndGet();
				return Flux.never();
			};
		}

		private void block() {
			this.inside.incrementAndGet();
			try {
				this.release.await();
			}
			catch (InterruptedException ex) {
				this.interrupted.incrementAndGet();
				throw new IllegalStateException(ex);
			}
			finally {
				this.inside.decrementAndGet();
			}
		}

	}

}
