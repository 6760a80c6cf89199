package io.eventsource.web;

import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.Patience;
import io.eventsource.StreamSnapshot.State;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams over HTTP, on each container, with clients of every temper.
 */
@Tag("direct")
@ExtendWith(OutputCaptureExtension.class)
class StreamingTests {

	private final List<AutoCloseable> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() throws Exception {
		for (AutoCloseable closeable : this.open) {
			closeable.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void hundredClientsGetAThousandEventsInOrderAndEachOnce(TestServer.Container container) throws Exception {
		start(container);
		List<StreamClient> clients = clients("/events/messages", 100);
		awaitClients("messages", 100);
		publish(1000);
		await().until(() -> clients.stream().allMatch((client) -> client.count() >= 1000));
		List<String> expected = IntStream.range(0, 1000).mapToObj(String::valueOf).toList();
		assertThat(clients).allSatisfy((client) -> assertThat(client.data()).isEqualTo(expected));
	}

	@ParameterizedTest
	@EachContainer
	void clientGetsWhatIsPublishedOnceItHasSeenTheStreamOpen(TestServer.Container container) throws Exception {
		start(container);
		for (int i = 0; i < 200; i++) {
			try (RawClient client = RawClient.send(this.server.port(),
					"GET /events/messages HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
				client.readUntil("retry: 3000");
				this.server.bean(EventChannel.class).publish("message", "event " + i);
				client.readUntil("data: event " + i);
			}
		}
	}

	@ParameterizedTest
	@EachContainer
	void finitePublisherReachesEveryClientWholeAndThenTheEnd(TestServer.Container container) throws Exception {
		start(container);
		List<String> expected = IntStream.rangeClosed(1, 100_000).mapToObj(String::valueOf).toList();
		assertThat(client("/events/range").awaitEnd().data()).isEqualTo(expected);
		assertThat(client("/events/pair").awaitEnd().data()).containsExactly("a", "b");
		assertThat(client("/events/pair").awaitEnd().data()).containsExactly("a", "b");
		await().until(() -> this.server.clients("range") == 0 && this.server.clients("pair") == 0);
	}

	@ParameterizedTest
	@EachContainer
	void publisherIsOneClockForAllClients(TestServer.Container container) throws Exception {
		start(container);
		StreamClient first = client("/events/clock");
		StreamClient second = client("/events/clock");
		await().until(() -> first.count() > 5 && second.count() > 5);
		await().untilAsserted(() -> assertThat(first.events()).containsAll(second.events().subList(0, 3)));
		assertThat(this.server.bean(Application.class).clockSubscriptions).hasValue(1);
	}

	@ParameterizedTest
	@EachContainer
	void clientsThatLeaveAreGoneWithinTwoHeartbeats(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=1s");
		StreamClient witness = client("/events/messages");
		List<RawClient> clients = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			clients.add(RawClient.send(this.server.port(), "GET /events/messages HTTP/1.1\r\nHost: localhost\r\n\r\n"));
			clients.get(i).readUntil("retry: 3000");
		}
		RawClient personal = RawClient.send(this.server.port(),
				"POST /answers?endless=true HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
		personal.readUntil("data: 1");
		awaitClients("messages", 21);
		assertThat(this.server.bean(Application.class).answers).hasValue(1);
		for (RawClient client : clients) {
			client.close();
		}
		personal.close();
		int heartbeats = witness.comments().size();
		awaitClients("messages", 1);
		await().until(() -> this.server.bean(Application.class).answers.get() == 0);
		// Counted by the clock of the server, however slow the machine is: one that had
		// begun, two, and one in which the container tells of the failure
		assertThat(witness.comments().size() - heartbeats).isLessThanOrEqualTo(4);
	}

	@ParameterizedTest
	@EachContainer
	void heartbeatKeepsAnIdleConnectionAlive(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=200ms", "server.tomcat.connection-timeout=300ms",
				"server.jetty.connection-idle-timeout=300ms", "spring.mvc.async.request-timeout=300ms");
		StreamClient client = client("/events/messages");
		await().until(() -> client.comments().size() >= 5);
		publish(1);
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("0"));
	}

	@ParameterizedTest
	@EachContainer
	void clientThatNeverReadsIsClosedAndHarmsNobodyElse(TestServer.Container container) throws Exception {
		start(container, "eventsource.write-timeout=10s");
		// Not more: 100 events a second to each of them take a third of a core, with the
		// clients' part, and a machine that others use may have no more to give
		List<StreamClient> clients = clients("/events/steady", 40);
		for (int i = 0; i < 5; i++) {
			this.open.add(RawClient.stalled(this.server.port(), "/events/steady"));
		}
		awaitClients("steady", 45);
		awaitClients("steady", 40);
		int count = clients.get(0).count() + 100;
		await().until(() -> clients.stream().allMatch((client) -> client.count() >= count));
		for (StreamClient client : clients) {
			List<Received> events = client.events();
			long first = sequence(events.get(0));
			assertThat(events.subList(0, count)).extracting(StreamingTests::sequence)
				.isEqualTo(LongStream.range(first, first + count).boxed().toList());
			List<Long> arrivals = client.arrivals();
			for (int i = 0; i < count; i++) {
				long published = Long.parseLong(events.get(i).data().split(" ")[1]);
				assertThat(Duration.ofNanos(arrivals.get(i) - published)).isLessThan(Duration.ofSeconds(8));
			}
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientsThatNeverReadCostNoMemory(TestServer.Container container) throws Exception {
		start(container, "eventsource.write-timeout=5s");
		for (int i = 0; i < 20; i++) {
			this.open.add(RawClient.stalled(this.server.port(), "/events/messages"));
		}
		awaitClients("messages", 20);
		long before = usedHeap();
		String data = "x".repeat(4096);
		// Two hundred megabytes, of which the log keeps sixteen
		for (int i = 0; i < 50_000; i++) {
			this.server.bean(EventChannel.class).publish("message", data);
		}
		assertThat(usedHeap() - before).isLessThan(64 * 1024 * 1024);
		awaitClients("messages", 0);
	}

	private static long sequence(Received event) {
		return Long.parseLong(event.data().split(" ")[0]);
	}

	@ParameterizedTest
	@EachContainer
	void largeEventsThroughASmallSendBufferKeepTheFraming(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = client("/events/large").awaitEnd();
		assertThat(client.data()).hasSize(20);
		for (int i = 0; i < 20; i++) {
			assertThat(client.data().get(i)).isEqualTo(Application.large(i));
		}
	}

	@ParameterizedTest
	@EachContainer
	void controllerOpensANamedStream(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = client("/my/own/path");
		awaitClients("messages", 1);
		publish(2);
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("0", "1"));
	}

	@ParameterizedTest
	@EachContainer
	void controllerOpensAPublisherForOneClient(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = post("/answers?endless=false").awaitEnd();
		assertThat(client.data()).containsExactly("to", "be", "or", "not");
		await().untilAtomic(this.server.bean(Application.class).answers, org.hamcrest.Matchers.is(0));
	}

	@ParameterizedTest
	@EachContainer
	void stopEndsAStreamForAllItsClients(TestServer.Container container) throws Exception {
		start(container);
		List<StreamClient> clients = clients("/events/messages", 10);
		awaitClients("messages", 10);
		publish(3);
		this.server.bean(EventSourceEndpoint.class).stop("messages");
		for (StreamClient client : clients) {
			assertThat(client.awaitEnd().data()).containsExactly("0", "1", "2");
			assertThat(StreamClient.connect(this.server.uri("/events/messages"), "Last-Event-ID", client.lastEventId())
				.head()
				.statusCode()).isEqualTo(204);
		}
		assertThat(this.server.snapshot("messages").state()).isEqualTo(State.COMPLETED);
	}

	@ParameterizedTest
	@EachContainer
	void endlessSynchronousPublisherHarmsNobody(TestServer.Container container) throws Exception {
		start(container);
		StreamClient reader = client("/events/endless");
		await().until(() -> reader.count() > 50_000);
		StreamClient other = client("/events/messages");
		awaitClients("messages", 1);
		publish(10);
		await().until(() -> other.count() == 10);
		List<String> numbers = reader.data();
		assertThat(numbers.subList(0, 50_000)).isEqualTo(IntStream.range(0, 50_000).mapToObj(String::valueOf).toList());
	}

	@ParameterizedTest
	@EachContainer
	void comingsAndGoingsLeaveNothingInTheLog(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container, "eventsource.heartbeat=100ms", "eventsource.write-timeout=5s");
		clients("/events/messages", 30);
		client("/events/pair").awaitEnd();
		RawClient stalled = RawClient.stalled(this.server.port(), "/events/messages");
		this.open.add(stalled);
		awaitClients("messages", 31);
		for (int i = 0; i < 1000; i++) {
			this.server.bean(EventChannel.class).publish("filler", "x".repeat(500));
		}
		for (int i = 0; i < 15; i++) {
			this.open.get(i).close();
		}
		awaitClients("messages", 15);
		this.server.bean(EventSourceEndpoint.class).stop("messages");
		awaitClients("messages", 0);
		this.server.close();
		assertThat(output).doesNotContain(" WARN ", " ERROR ").doesNotContain("caught by the application");
	}

	@ParameterizedTest
	@EachContainer
	void responseThatRefusesAWriteListenerIsServedByASendingThread(TestServer.Container container) throws Exception {
		serveThroughWrappedResponse(container, false);
	}

	@ParameterizedTest
	@EachContainer
	void responseThatForgetsItsWriteListenerIsServedByASendingThread(TestServer.Container container) throws Exception {
		serveThroughWrappedResponse(container, true);
	}

	private void serveThroughWrappedResponse(TestServer.Container container, boolean silent) throws Exception {
		start(container, "test.blocking-filter=" + silent, "eventsource.heartbeat=200ms");
		StreamClient client = client("/events/messages");
		awaitClients("messages", 1);
		publish(500);
		await().until(() -> client.count() == 500);
		assertThat(client.data()).isEqualTo(IntStream.range(0, 500).mapToObj(String::valueOf).toList());
		assertThat(client("/events/pair").awaitEnd().data()).containsExactly("a", "b");
		client.close();
		awaitClients("messages", 0);
	}

	private void start(TestServer.Container container, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
	}

	private StreamClient client(String path) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path));
		this.open.add(client);
		return client;
	}

	private List<StreamClient> clients(String path, int count) throws Exception {
		List<StreamClient> clients = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			clients.add(StreamClient.open(this.server.uri(path)));
		}
		for (StreamClient client : clients) {
			client.head();
		}
		this.open.addAll(clients);
		return clients;
	}

	private StreamClient post(String path) throws Exception {
		StreamClient client = StreamClient.send(HttpRequest.newBuilder(this.server.uri(path))
			.POST(HttpRequest.BodyPublishers.noBody())
			.timeout(Patience.LIMIT)
			.build());
		this.open.add(client);
		client.head();
		return client;
	}

	private void awaitClients(String stream, int count) {
		await().untilAsserted(() -> assertThat(this.server.clients(stream)).isEqualTo(count));
	}

	private void publish(int count) {
		EventChannel channel = this.server.bean(EventChannel.class);
		for (int i = 0; i < count; i++) {
			channel.publish(Event.of(String.valueOf(i)));
		}
	}

	private static long usedHeap() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		final AtomicInteger clockSubscriptions = new AtomicInteger();

		final AtomicInteger answers = new AtomicInteger();

		static String large(int i) {
			return (char) ('a' + i) + "\u20ac".repeat(100_000);
		}

		@Bean
		@Primary
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> pair() {
			return Flux.just(Event.of("a"), Event.of("b"));
		}

		@Bean
		Flux<Event> range() {
			return Flux.range(1, 100_000).map((n) -> Event.of(String.valueOf(n)));
		}

		@Bean
		Flux<Event> endless() {
			return Flux.<Integer, Integer>generate(() -> 0, (n, sink) -> {
				sink.next(n);
				return n + 1;
			}).map((n) -> Event.of(String.valueOf(n)));
		}

		@Bean
		Flux<Event> clock() {
			return Flux.interval(Duration.ofMillis(20))
				.doOnSubscribe((subscription) -> this.clockSubscriptions.incrementAndGet())
				.map((n) -> Event.of("tick", n));
		}

		@Bean
		Flux<Event> steady() {
			return Flux.interval(Duration.ofMillis(10))
				.map((n) -> Event.of(n + " " + System.nanoTime() + " " + "x".repeat(500)));
		}

		@Bean
		Flux<Event> large() {
			return Flux.range(0, 20).map((i) -> Event.of(large(i)));
		}

		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> smallTomcatBuffers() {
			return (factory) -> factory
				.addConnectorCustomizers((connector) -> connector.setProperty("socket.txBufSize", "16384"));
		}

		@Bean
		WebServerFactoryCustomizer<JettyServletWebServerFactory> smallJettyBuffers() {
			return (factory) -> factory
				.addServerCustomizers((server) -> ((org.eclipse.jetty.server.ServerConnector) server.getConnectors()[0])
					.setAcceptedSendBufferSize(16384));
		}

		@Bean
		JacksonJsonHttpMessageConverter userConverter() {
			return new JacksonJsonHttpMessageConverter();
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint) {
			return new Routes(endpoint, this);
		}

		@Bean
		CatchAll catchAll() {
			return new CatchAll();
		}

		@Bean
		@ConditionalOnProperty(name = "test.blocking-filter", havingValue = "true")
		BlockingFilter silentFilter() {
			return new BlockingFilter(true);
		}

		@Bean
		@ConditionalOnProperty(name = "test.blocking-filter", havingValue = "false")
		BlockingFilter refusingFilter() {
			return new BlockingFilter(false);
		}

	}

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		private final Application application;

		Routes(EventSourceEndpoint endpoint, Application application) {
			this.endpoint = endpoint;
			this.application = application;
		}

		@GetMapping("/my/own/path")
		SseEmitter messages(HttpServletRequest request, HttpServletResponse response) throws Exception {
			return this.endpoint.open("messages", request, response);
		}

		@PostMapping("/answers")
		SseEmitter answer(@RequestParam boolean endless, HttpServletRequest request, HttpServletResponse response)
				throws Exception {
			Flux<String> words = endless ? Flux.interval(Duration.ZERO, Duration.ofMillis(50)).map(String::valueOf)
					: Flux.just("to", "be", "or", "not");
			return this.endpoint.open(words.doOnSubscribe((subscription) -> this.application.answers.incrementAndGet())
				.doFinally((signal) -> this.application.answers.decrementAndGet()), request, response);
		}

	}

	@RestControllerAdvice
	static class CatchAll {

		private static final org.apache.commons.logging.Log logger = org.apache.commons.logging.LogFactory
			.getLog(CatchAll.class);

		@ExceptionHandler(Exception.class)
		ResponseEntity<String> handle(Exception ex) {
			logger.warn("caught by the application", ex);
			return ResponseEntity.internalServerError().body("failed");
		}

	}

}
