package io.eventsource.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.StreamListener;
import io.eventsource.web.ReaderCrowd.Reader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Bursts to clients that read as fast as they can, beside others that do not: who is
 * waited for.
 */
@Timeout(900)
class BurstTests {

	private static final Duration LONG = Duration.ofMinutes(6);

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void burstReachesAllOfACrowdThatReads(TestServer.Container container) throws Exception {
		burst(container, 100, 20_000);
	}

	@Tag("soak")
	@ParameterizedTest
	@EachContainer
	void burstReachesAllOfALargeCrowdThatReads(TestServer.Container container) throws Exception {
		burst(container, 500, 20_000);
	}

	private void burst(TestServer.Container container, int clients, int events) throws Exception {
		start(container);
		try (ReaderCrowd crowd = new ReaderCrowd(this.server.port(), "/events/burst")) {
			List<Reader> readers = crowd.add(clients);
			crowd.start();
			await().atMost(LONG).until(() -> this.server.clients("burst") == clients);
			publish(0, events, 100);
			awaitAll(readers, events);
			// Also the next one
			publish(events, 2 * events, 100);
			awaitAll(readers, 2 * events);
		}
		assertThat(this.server.bean(Closings.class).counts).doesNotContainKey(CloseReason.OVERFLOW);
	}

	@ParameterizedTest
	@EachContainer
	void deadAndCrawlingClientHarmNobody(TestServer.Container container) throws Exception {
		start(container);
		try (ReaderCrowd crowd = new ReaderCrowd(this.server.port(), "/events/burst");
				Hiccups machine = new Hiccups()) {
			List<Reader> readers = crowd.add(100);
			crowd.add(1, 0);
			crowd.add(1, 1024);
			crowd.start();
			await().atMost(LONG).until(() -> this.server.clients("burst") == 102);
			for (int i = 0; i < 4000; i++) {
				publish(i, i + 1, 1000);
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
			awaitAll(readers, 4000);
			long limit = 5000 + machine.longestMillis();
			assertThat(readers).extracting(Reader::longestPause).allMatch((millis) -> millis < limit);
			await().atMost(LONG).until(() -> this.server.clients("burst") == 100);
		}
		assertThat(this.server.bean(Closings.class).counts).containsEntry(CloseReason.OVERFLOW, 2);
	}

	@ParameterizedTest
	@EachContainer
	void tenSlowClientsDoNotSetThePaceOfTenFastOnes(TestServer.Container container) throws Exception {
		start(container);
		try (ReaderCrowd crowd = new ReaderCrowd(this.server.port(), "/events/burst")) {
			List<Reader> fast = crowd.add(10);
			List<Reader> slow = crowd.add(10, 50_000);
			crowd.start();
			await().atMost(LONG).until(() -> this.server.clients("burst") == 20);
			long begun = System.nanoTime();
			publish(0, 10_000, 1000);
			awaitAll(fast, 10_000);
			// The slow ones need more than three minutes for all of it
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(1));
			assertThat(slow).extracting(Reader::count).allMatch((count) -> count < 10_000);
		}
	}

	@ParameterizedTest
	@EachContainer
	void singleSlowClientGetsAllOfAPublisherThatWaits(TestServer.Container container) throws Exception {
		serveSlowClient(container, 300_000);
	}

	@Tag("soak")
	@ParameterizedTest
	@EachContainer
	void singleSlowClientGetsAllOfALongPublisherThatWaits(TestServer.Container container) throws Exception {
		serveSlowClient(container, 1_000_000);
	}

	private void serveSlowClient(TestServer.Container container, int events) throws Exception {
		start(container, "test.numbers=" + events);
		try (ReaderCrowd crowd = new ReaderCrowd(this.server.port(), "/events/numbers")) {
			Reader slow = crowd.add(1, 0).get(0);
			crowd.start();
			await().atMost(LONG).until(() -> this.server.clients("numbers") == 1);
			// Longer than a client may hold up others
			await().during(Duration.ofSeconds(4)).until(() -> this.server.snapshot("numbers").published() < events);
			slow.readOn();
			await().atMost(LONG).until(() -> slow.count() == events || slow.failure() != null);
			assertThat(slow.count()).as("%s, closed: %s", slow.failure(), this.server.bean(Closings.class).counts)
				.isEqualTo(events);
		}
	}

	private void start(TestServer.Container container, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
	}

	private void publish(int first, int end, int size) {
		EventChannel channel = this.server.bean(EventChannel.class);
		String padding = ":" + "x".repeat(size - 6);
		for (int i = first; i < end; i++) {
			channel.publish("message", i + padding);
		}
	}

	private void awaitAll(List<Reader> readers, int count) {
		await().atMost(LONG)
			.pollInterval(Duration.ofMillis(100))
			.until(() -> readers.stream().allMatch((reader) -> reader.count() == count || reader.failure() != null));
		assertThat(readers).allSatisfy((reader) -> {
			assertThat(reader.failure()).isNull();
			assertThat(reader.count()).isEqualTo(count);
		});
	}

	/**
	 * Counts why clients were sent away.
	 */
	static class Closings implements StreamListener {

		private final Map<CloseReason, Integer> counts = new ConcurrentHashMap<>();

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			this.counts.merge(reason, 1, Integer::sum);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel burst() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> numbers(@Value("${test.numbers:0}") int count) {
			return Flux.range(0, count).map(Event::of);
		}

		@Bean
		Closings closings() {
			return new Closings();
		}

	}

}
