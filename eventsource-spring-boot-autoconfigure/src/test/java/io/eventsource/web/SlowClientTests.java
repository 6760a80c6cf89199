package io.eventsource.web;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import io.eventsource.Background;
import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.StreamListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that stop reading for a while, over real sockets, under each strategy.
 */
@Tag("direct")
class SlowClientTests {

	private static final int EVENTS = 10_000;

	private static final String PADDING = "x".repeat(1000);

	private static final Pattern EVENT = Pattern.compile("data: (\\d+):");

	/** Its id, its number, and its end. */
	private static final Pattern COMPLETE = Pattern.compile("id: (\\S+)\ndata: (\\d+):x+\n\n");

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void skippingClientStaysOnItsConnectionAndIsToldWhatItMissed(TestServer.Container container) throws Exception {
		start(container, "eventsource.streams.orders.overflow=skip");
		try (RawClient slow = RawClient.stalled(this.server.port(), "/events/orders")) {
			publishBesideAReader();
			String read = slow.readUntil(EVENTS - 1 + ":");
			List<Integer> numbers = numbers(read);
			MatchResult gap = Pattern.compile("event: gap\\s+data: \\{\"cause\":\"overflow\",\"missed\":(\\d+)}")
				.matcher(read)
				.results()
				.findFirst()
				.orElseThrow();
			assertThat(numbers.size() + Integer.parseInt(gap.group(1))).isEqualTo(EVENTS);
			assertThat(numbers).isSorted().doesNotHaveDuplicates();
			this.server.bean(EventChannel.class).publish(Event.of("and on"));
			slow.readUntil("data: and on\n\n");
		}
	}

	@ParameterizedTest
	@EachContainer
	void conflatingClientGetsTheLatestOfEachKey(TestServer.Container container) throws Exception {
		start(container, "eventsource.streams.orders.overflow=conflate");
		try (RawClient slow = RawClient.stalled(this.server.port(), "/events/orders")) {
			publishBesideAReader();
			String read = slow.readUntil(EVENTS - 1 + ":");
			List<Integer> numbers = numbers(read);
			assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSizeLessThan(EVENTS);
			// The last ten, of which each has a key of its own
			assertThat(numbers).endsWith(IntStream.range(EVENTS - 10, EVENTS).boxed().toArray(Integer[]::new));
			assertThat(read).doesNotContain("gap");
		}
	}

	@ParameterizedTest
	@EachContainer
	void disconnectedClientResumesAndIsToldWhatItMissed(TestServer.Container container) throws Exception {
		start(container);
		try (RawClient slow = RawClient.stalled(this.server.port(), "/events/orders")) {
			publishBesideAReader();
			await().until(() -> this.server.bean(Departures.class).reasons.contains(CloseReason.OVERFLOW));
			String read = slow.readToEnd().replaceAll("\r\n[0-9a-fA-F]+\r\n", "");
			MatchResult last = COMPLETE.matcher(read).results().reduce((first, second) -> second).orElseThrow();
			try (StreamClient back = StreamClient.connect(this.server.uri("/events/orders"), "Last-Event-ID",
					last.group(1))) {
				await().until(() -> back.data().stream().anyMatch((data) -> data.startsWith(EVENTS - 1 + ":")));
				int missed = EVENTS - 1 - Integer.parseInt(last.group(2)) - (back.count() - 1);
				assertThat(back.data().get(0)).isEqualTo("{\"cause\":\"evicted\",\"missed\":" + missed + "}");
			}
		}
	}

	@ParameterizedTest
	@EachContainer
	void backpressureLosesNothingForAClientThatReadsNowAndThen(TestServer.Container container) throws Exception {
		start(container, "eventsource.streams.orders.overflow=backpressure");
		try (RawClient slow = RawClient.stalled(this.server.port(), "/events/orders");
				StreamClient reader = StreamClient.connect(this.server.uri("/events/orders"))) {
			await().until(() -> this.server.clients("orders") == 2);
			CompletableFuture<Void> publishing = Background.run(this::publish);
			// The publisher waits for the client that does not read
			await().pollInterval(Duration.ofMillis(300))
				.until(reader::count, (count) -> count > 0 && count == reader.count());
			assertThat(reader.count()).isLessThan(EVENTS);
			List<Integer> numbers = numbers(slow.readUntil(EVENTS - 1 + ":"));
			publishing.join();
			assertThat(numbers).isEqualTo(IntStream.range(0, EVENTS).boxed().toList());
			await().until(() -> reader.count() == EVENTS);
		}
	}

	private void start(TestServer.Container container, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
	}

	private void publishBesideAReader() throws Exception {
		try (StreamClient reader = StreamClient.connect(this.server.uri("/events/orders"))) {
			await().until(() -> this.server.clients("orders") == 2);
			publish();
			await().until(() -> reader.data().stream().anyMatch((data) -> data.startsWith(EVENTS - 1 + ":")));
		}
	}

	private void publish() {
		EventChannel orders = this.server.bean(EventChannel.class);
		for (int i = 0; i < EVENTS; i++) {
			orders.publish(Event.builder().key("key " + i % 10).data(i + ":" + PADDING).build());
		}
	}

	/** Chunks may begin anywhere but within the short lines that are looked for. */
	private static List<Integer> numbers(String read) {
		return EVENT.matcher(read.replaceAll("\r\n[0-9a-fA-F]+\r\n", ""))
			.results()
			.map((match) -> Integer.valueOf(match.group(1)))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel orders() {
			return EventChannel.create(1024, Duration.ofSeconds(20));
		}

		@Bean
		Departures departures() {
			return new Departures();
		}

	}

	/**
	 * Why connections were closed.
	 */
	static class Departures implements StreamListener {

		private final Queue<CloseReason> reasons = new ConcurrentLinkedQueue<>();

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			this.reasons.add(reason);
		}

	}

}
