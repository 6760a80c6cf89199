package io.eventsource.web;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.eventsource.Background;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.EventStreamReader.Received;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that come, or come back, while events go on: each connection gets more than the
 * gap event, and everything from there on, in order.
 */
class ProgressTests {

	private static final int BUFFER = 1024;

	private static final int RETURNS = 15;

	/** How many events a connection must have got. */
	private static final int ENOUGH = 20;

	private static final String PADDING = "x".repeat(90);

	private final AtomicBoolean over = new AtomicBoolean();

	private TestServer server;

	private CompletableFuture<Void> publishing;

	private volatile int published;

	@AfterEach
	void stop() {
		this.over.set(true);
		if (this.publishing != null) {
			this.publishing.join();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	static Stream<Arguments> paces() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Stream.of(200, 1000, 3000).map((rate) -> Arguments.of(container, rate)));
	}

	/** {@code -Deventsource.seed=} repeats the choices, though not the timing. */
	@ParameterizedTest
	@MethodSource("paces")
	void clientThatComesBackWithAnyIdMakesProgress(TestServer.Container container, int rate) throws Exception {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		System.out.println("eventsource.seed=" + seed);
		Random random = new Random(seed);
		start(container, rate);
		String epoch = epoch();
		for (int i = 0; i < RETURNS; i++) {
			visit("/events/feed", id(epoch, i, random), "-Deventsource.seed=" + seed + ", return " + i);
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientThatIsPromisedAllOfTheLogIsServed(TestServer.Container container) throws Exception {
		start(container, 2000, "eventsource.streams.feed.initial-replay=" + BUFFER);
		for (int i = 0; i < 5; i++) {
			visit("/events/feed", null, "visit " + i);
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientOfAFilteredStreamThatIsPromisedSomeOfTheLogIsServed(TestServer.Container container) throws Exception {
		start(container, 2000, "eventsource.streams.odd.initial-replay=500");
		for (int i = 0; i < 5; i++) {
			List<Integer> numbers = numbers(visit("/events/odd", null, "visit " + i, 2));
			assertThat(numbers).allMatch((number) -> number % 2 != 0);
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientWhoseHistoryEndsMakesProgress(TestServer.Container container) throws Exception {
		start(container, 2000);
		for (int i = 0; i < 5; i++) {
			List<Integer> numbers = numbers(visit("/events/stored", "0", "return " + i));
			assertThat(numbers.get(0)).isOne();
		}
	}

	/** At, before and behind the head, of no stream at all, and like those of one. */
	private String id(String epoch, int turn, Random random) {
		int head = Math.max(0, this.published - BUFFER);
		return switch (turn % 5) {
			case 0 -> epoch + "-" + Math.max(0, head - 1);
			case 1 -> epoch + "-" + random.nextInt(Math.max(1, head));
			case 2 -> epoch + "-" + (head + random.nextInt(20));
			case 3 -> "nonsense " + random.nextInt(100);
			default -> "0123456789a-" + random.nextInt(100);
		};
	}

	private String epoch() throws Exception {
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/feed"))) {
			await().until(() -> client.count() > 0);
			String id = client.lastEventId();
			return id.substring(0, id.lastIndexOf('-'));
		}
	}

	private List<Received> visit(String path, String lastEventId, String description) throws Exception {
		return visit(path, lastEventId, description, 1);
	}

	private List<Received> visit(String path, String lastEventId, String description, int step) throws Exception {
		try (StreamClient client = (lastEventId != null)
				? StreamClient.connect(this.server.uri(path), "Last-Event-ID", lastEventId)
				: StreamClient.connect(this.server.uri(path))) {
			await().until(() -> client.count() > ENOUGH || client.hasEnded());
			List<Received> events = client.events();
			List<Integer> numbers = numbers(events);
			assertThat(numbers).as(description).hasSizeGreaterThan(ENOUGH - 2);
			for (int i = 1; i < numbers.size(); i++) {
				assertThat(numbers.get(i)).as(description).isEqualTo(numbers.get(i - 1) + step);
			}
			List<Received> gaps = events.stream().filter((event) -> event.type().equals("gap")).toList();
			assertThat(gaps).as(description).hasSizeLessThan(2);
			if (!gaps.isEmpty()) {
				assertThat(events.get(0)).as(description).isEqualTo(gaps.get(0));
				assertMissed(gaps.get(0), lastEventId, numbers.get(0), description);
			}
			return events;
		}
	}

	/** The number that is told is that of the events between the two. */
	private void assertMissed(Received gap, String lastEventId, int next, String description) {
		Pattern.compile("\"evicted\",\"missed\":(\\d+)").matcher(gap.data()).results().forEach((match) -> {
			int last = Integer.parseInt(lastEventId.substring(lastEventId.lastIndexOf('-') + 1));
			assertThat(Integer.parseInt(match.group(1))).as(description).isEqualTo(next - last - 1);
		});
	}

	private static List<Integer> numbers(List<Received> events) {
		return events.stream()
			.filter((event) -> !event.type().equals("gap"))
			.map((event) -> Integer.valueOf(event.data().substring(0, event.data().indexOf(':'))))
			.toList();
	}

	private void start(TestServer.Container container, int rate, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
		this.publishing = Background.run(() -> publish(rate));
		await().until(() -> this.published > 2 * BUFFER);
	}

	/** The log is full from the beginning on. */
	private void publish(int rate) {
		List<EventChannel> channels = Stream.of("feed", "odd", "stored")
			.map((name) -> this.server.bean(name, EventChannel.class))
			.toList();
		long begun = System.nanoTime();
		while (!this.over.get()) {
			int due = 2 * BUFFER + (int) (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) * rate / 1000);
			while (this.published <= due && !this.over.get()) {
				publish(channels, this.published);
			}
			LockSupport.parkNanos(500_000);
		}
	}

	private void publish(List<EventChannel> channels, int number) {
		this.server.bean(Store.class).newest = number;
		for (EventChannel channel : channels) {
			Event.Builder event = Event.builder().data(number + ":" + PADDING);
			if (channel == channels.get(2)) {
				event.id(Integer.toString(number));
			}
			channel.publish(event.build());
		}
		this.published = number + 1;
	}

	/**
	 * Has all that was published.
	 */
	static class Store implements EventHistory {

		private volatile int newest;

		@Override
		public Stream<Event> after(String lastEventId, EventClient client, int limit) {
			int last = Integer.parseInt(lastEventId);
			return Stream.iterate(last + 1, (number) -> number <= this.newest, (number) -> number + 1)
				.limit(limit)
				.map((number) -> Event.builder().id(Integer.toString(number)).data(number + ":" + PADDING).build());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel feed() {
			return EventChannel.create(BUFFER, Duration.ofSeconds(20));
		}

		@Bean
		EventChannel odd() {
			return EventChannel.create(BUFFER, Duration.ofSeconds(20));
		}

		@Bean
		EventChannel stored() {
			return EventChannel.create(BUFFER, Duration.ofSeconds(20));
		}

		@Bean
		@Qualifier("stored")
		Store store() {
			return new Store();
		}

		@Bean
		@Qualifier("odd")
		EventFilter oddOnes() {
			return (event, client) -> (event.data() instanceof String text)
					&& Integer.parseInt(text.substring(0, text.indexOf(':'))) % 2 != 0;
		}

	}

}
