package io.eventsource.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import io.eventsource.StreamListener;
import io.eventsource.StreamSnapshot;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients of all kinds come and go for minutes; when all have left, nothing of them is
 * left behind. Not part of the build: run it by {@code -Psoak}, for as long as
 * {@code -Dsoak.minutes} says.
 */
@Tag("soak")
@Timeout(value = 3, unit = TimeUnit.HOURS)
class SoakTests {

	private static final Log logger = LogFactory.getLog(SoakTests.class);

	private static final Duration TIME = Duration.ofMinutes(Integer.getInteger("soak.minutes", 3));

	/** Fills the logs and the pools, so that what comes after can be compared. */
	private static final Duration WARM_UP = Duration.ofSeconds(30);

	private static final int CLIENTS = 200;

	private static final List<String> PATHS = List.of("/events/messages", "/events/ticks", "/events/failing",
			"/events/personal", "/events/export", "/own");

	private final AtomicInteger connects = new AtomicInteger();

	private final ExecutorService httpThreads = Executors.newFixedThreadPool(4);

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.executor(this.httpThreads)
		.build();

	private final Map<String, Integer> surprises = new ConcurrentHashMap<>();

	private TestServer server;

	@AfterEach
	void stop() {
		this.httpThreads.shutdownNow();
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void nothingIsLeftOfClientsThatHaveLeft(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class, "eventsource.heartbeat=1s",
				"eventsource.write-timeout=2s", "eventsource.buffer-size=256", "eventsource.max-lifetime=20s",
				"eventsource.restart.max-delay=1s", "eventsource.streams.ticks.linger=1s",
				"eventsource.streams.ticks.overflow=skip", "eventsource.streams.failing.linger=1s",
				"eventsource.streams.export.subscription=per-client",
				"eventsource.streams.export.overflow=backpressure",
				"logging.level.io.eventsource.engine.runtime.PublisherLog=off");
		print(container, "start", look());
		load(container, "warming up", WARM_UP);
		Figures warm = awaitQuiet(container, "warmed up", null);
		load(container, "under load", TIME);
		Figures left = awaitQuiet(container, "all have left", warm);
		assertThat(left.live()).isLessThan(warm.live() + 4_000_000);
		assertThat(this.surprises).isEmpty();
		assertThat(this.server.bean(Traffic.class).closed).containsKeys(CloseReason.DISCONNECTED,
				CloseReason.WRITE_TIMEOUT, CloseReason.COMPLETED);
	}

	/** Many clients at a time, each of which does one thing after the other. */
	private void load(TestServer.Container container, String phase, Duration time) throws Exception {
		CountDownLatch over = new CountDownLatch(1);
		ExecutorService clients = Executors.newFixedThreadPool(CLIENTS + 1);
		clients.execute(() -> publish(over));
		for (int i = 0; i < CLIENTS; i++) {
			Random random = new Random(i);
			clients.execute(() -> {
				while (over.getCount() > 0) {
					visit(random, over);
				}
			});
		}
		over.await(time.toMillis(), TimeUnit.MILLISECONDS);
		Figures busy = look();
		print(container, phase, busy);
		assertThat(busy.clients()).isPositive();
		over.countDown();
		clients.shutdown();
		assertThat(clients.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
	}

	private void publish(CountDownLatch over) {
		EventChannel channel = this.server.bean(EventChannel.class);
		String text = "x".repeat(500);
		try {
			while (!over.await(5, TimeUnit.MILLISECONDS)) {
				channel.publish("message", text);
			}
		}
		catch (InterruptedException | RuntimeException ex) {
			this.surprises.merge("publish: " + ex, 1, Integer::sum);
		}
	}

	private void visit(Random random, CountDownLatch over) {
		String path = PATHS.get(random.nextInt(PATHS.size()));
		String last = random.nextBoolean() ? "Last-Event-ID: " + random.nextInt(1000) + "\r\n" : "";
		String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + last + "\r\n";
		this.connects.incrementAndGet();
		try {
			switch (random.nextInt(9)) {
				case 0 -> raw(request, random, (input) -> {
				});
				case 1, 2 -> raw(request, random, (input) -> input.readNBytes(random.nextInt(20_000)));
				case 3 -> raw(request, random, (input) -> over.await(random.nextInt(4000), TimeUnit.MILLISECONDS));
				case 4 -> raw(request, random, (input) -> readSlowly(input, random, over));
				case 5 -> raw(request.substring(0, random.nextInt(request.length())), random,
						(input) -> over.await(random.nextInt(1000), TimeUnit.MILLISECONDS));
				case 6 -> raw(request.replace("GET", "HEAD") + request, random,
						(input) -> input.readNBytes(random.nextInt(2000)));
				default -> stream(path, random, over);
			}
		}
		catch (IOException ex) {
			// The server has closed the connection, as it may
			logger.trace("A client was sent away", ex);
		}
		catch (Exception ex) {
			this.surprises.merge("visit: " + ex, 1, Integer::sum);
		}
	}

	private void raw(String request, Random random, Visit visit) throws Exception {
		try (Socket socket = new Socket()) {
			if (random.nextBoolean()) {
				socket.setReceiveBufferSize(4096);
			}
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.server.port()), 10_000);
			socket.setSoTimeout(3000);
			if (random.nextBoolean()) {
				// The connection is reset rather than ended
				socket.setSoLinger(true, 0);
			}
			socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
			if (random.nextInt(4) == 0) {
				socket.shutdownOutput();
			}
			visit.make(socket.getInputStream());
		}
		catch (SocketTimeoutException ex) {
			logger.trace("There was nothing more to read", ex);
		}
	}

	private static void readSlowly(InputStream input, Random random, CountDownLatch over) throws Exception {
		for (int i = random.nextInt(200); i > 0 && !over.await(20, TimeUnit.MILLISECONDS); i--) {
			if (input.readNBytes(100).length < 100) {
				return;
			}
		}
	}

	private void stream(String path, Random random, CountDownLatch over) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(this.server.uri(path)).build();
		HttpResponse<InputStream> response = this.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
		try (InputStream body = response.body()) {
			if (random.nextBoolean()) {
				body.readNBytes(random.nextInt(50_000));
			}
			else {
				over.await(random.nextInt(1000), TimeUnit.MILLISECONDS);
			}
		}
	}

	private Figures awaitQuiet(TestServer.Container container, String phase, Figures before) {
		Figures[] last = new Figures[1];
		try {
			await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofSeconds(2)).until(() -> {
				last[0] = look();
				return last[0].isQuiet(before);
			});
		}
		finally {
			print(container, phase, last[0]);
		}
		return last[0];
	}

	private void print(TestServer.Container container, String phase, Figures figures) {
		Traffic traffic = this.server.bean(Traffic.class);
		// Not by a logger, which the end of the first application closes
		System.out.println("SOAK | %-6s | %-13s | connects %6d | opened %6d | closed %s | %s".formatted(container,
				phase, this.connects.get(), traffic.opened.get(), traffic.closed, figures));
	}

	private Figures look() throws Exception {
		Traffic traffic = this.server.bean(Traffic.class);
		int clients = this.server.bean(EventSourceEndpoint.class)
			.streams()
			.stream()
			.mapToInt(StreamSnapshot::clients)
			.sum();
		int closed = traffic.closed.values().stream().mapToInt(Integer::intValue).sum();
		return Figures.look(clients, traffic.opened.get() - closed, traffic.subscriptions.get(),
				traffic.histories.get());
	}

	/**
	 * What a client does once it has sent its request.
	 */
	private interface Visit {

		void make(InputStream input) throws Exception;

	}

	/**
	 * What the application counts.
	 */
	static class Traffic implements StreamListener {

		private final AtomicInteger opened = new AtomicInteger();

		private final Map<CloseReason, Integer> closed = new ConcurrentSkipListMap<>();

		private final AtomicInteger subscriptions = new AtomicInteger();

		private final AtomicInteger histories = new AtomicInteger();

		@Override
		public void clientOpened(EventClient client) {
			this.opened.incrementAndGet();
		}

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			this.closed.merge(reason, 1, Integer::sum);
		}

		<T> Flux<T> count(Flux<T> publisher) {
			return publisher.doOnSubscribe((subscription) -> this.subscriptions.incrementAndGet())
				.doFinally((signal) -> this.subscriptions.decrementAndGet());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		private static final Duration PACE = Duration.ofMillis(10);

		private final Traffic traffic = new Traffic();

		private final AtomicLong ids = new AtomicLong();

		private final ObjectProvider<EventSourceEndpoint> endpoint;

		Application(ObjectProvider<EventSourceEndpoint> endpoint) {
			this.endpoint = endpoint;
		}

		@Bean
		Traffic traffic() {
			return this.traffic;
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		@Qualifier("messages")
		EventHistory history() {
			return (lastEventId, client, limit) -> {
				this.traffic.histories.incrementAndGet();
				return IntStream.range(0, 500)
					.mapToObj((i) -> Event.builder().id("h" + this.ids.incrementAndGet()).data("history").build())
					.onClose(this.traffic.histories::decrementAndGet);
			};
		}

		@Bean
		Flux<Event> ticks() {
			return this.traffic.count(Flux.interval(PACE).map((n) -> Event.of("tick", "x".repeat(2000))));
		}

		@Bean
		Flux<Event> failing() {
			return this.traffic.count(Flux.interval(PACE).map((n) -> {
				if (n == 200) {
					throw new IllegalStateException("fails every few seconds");
				}
				return Event.of("step", n);
			}));
		}

		@Bean
		PersonalStream personal() {
			return (client) -> this.traffic
				.count(Flux.interval(PACE).onBackpressureDrop().map((n) -> Event.of("own", client.id())));
		}

		@Bean
		Flux<Event> export() {
			String row = "x".repeat(1000);
			return this.traffic.count(Flux.range(0, 3000).map((n) -> Event.of("row", row)));
		}

		@GetMapping("/own")
		SseEmitter own(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.getObject()
				.open(this.traffic.count(Flux.range(0, 100).delayElements(PACE)), request, response);
		}

	}

}
