package io.eventsource.web;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import io.eventsource.PersonalStream;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.ForwardedHeaderFilter;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which streams Tomcat hands its sockets over to, and which are answered in the ordinary
 * way without the client noticing.
 */
@ExtendWith(OutputCaptureExtension.class)
class DirectConnectionTests {

	private static final String GET = "GET /events/messages HTTP/1.1\r\nHost: localhost\r\n";

	private static TestServer shared;

	private TestServer server = shared;

	private DirectSnapshot before = new DirectSnapshot(0, 0, Map.of());

	@BeforeAll
	static void startShared() {
		shared = start(TestServer.Container.TOMCAT, "server.compression.enabled=true",
				"server.compression.mime-types=text/event-stream");
	}

	@AfterAll
	static void stopShared() {
		shared.close();
	}

	@BeforeEach
	void look() {
		await().until(() -> connections().open() == 0 && this.server.clients("messages") == 0);
		this.before = connections();
	}

	@AfterEach
	void stop() {
		if (this.server != shared) {
			this.server.close();
		}
	}

	@Test
	void streamIsWrittenToTheSocketUntilItEnds(CapturedOutput output) throws Exception {
		try (RawClient client = RawClient.send(this.server.port(), GET.replace("messages", "ending") + "\r\n")) {
			assertThat(client.readUntil("retry: 3000\n")).startsWith("HTTP/1.1 200")
				.contains("Connection: close")
				.doesNotContain("Transfer-Encoding", "Content-Length");
			await().until(() -> connections().open() == 1);
			for (int i = 0; i < 100; i++) {
				this.server.bean("ending", EventChannel.class).publish(Event.of("event " + i));
				client.readUntil("data: event " + i + "\n\n");
			}
			this.server.bean(EventSourceEndpoint.class).stop("ending");
			assertThat(client.readToEnd()).doesNotContain("data");
		}
		await().until(() -> connections().open() == 0);
		assertThat(handedOver()).isEqualTo(1);
		assertThat(obstacles()).isEmpty();
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	@Test
	void ordinaryRequestsAreAnsweredAsEver() throws Exception {
		String request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
		try (RawClient client = RawClient.send(this.server.port(), request + request)) {
			assertThat(client.readUntil("hello")).doesNotContain("Connection: close");
			client.readUntil("hello");
		}
		try (RawClient client = RawClient.send(this.server.port(),
				"HEAD /events/messages HTTP/1.1\r\nHost: localhost\r\n\r\n" + request)) {
			assertThat(client.readUntil("hello")).contains("text/event-stream").doesNotContain("Connection: close");
		}
		assertThat(handedOver()).isZero();
		assertThat(obstacles()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					GET /events/messages HTTP/1.0            | the request is not of HTTP/1.1
					GET /events/messages HTTP/1.1,Connection: Upgrade,Upgrade: x | the request asks for another protocol
					GET /events/messages HTTP/1.1,,GET /hello HTTP/1.1,Host: x,Pad: | the client has sent more than the request
					POST /body HTTP/1.1,Content-Length: 3    | the client has sent more than the request
					POST /personal HTTP/1.1,Content-Length: 0 | the response waits for its publisher
					GET /created HTTP/1.1                    | the response has another status than 200
					GET /events/messages?wrapped HTTP/1.1    | the response is wrapped in io.eventsource.web.DirectConnectionTests$Wrapper
					GET /events/messages HTTP/1.1,Accept-Encoding: gzip | the response is compressed
					""")
	void otherResponsesTakeTheOrdinaryWay(String request, String obstacle) throws Exception {
		String head = request.replaceFirst("(HTTP/1..)", "$1,Host: localhost").replace(",", "\r\n");
		try (RawClient client = RawClient.send(this.server.port(), head + (head.endsWith("Pad:") ? "" : "\r\n\r\n"))) {
			client.readUntil("HTTP/1.1 20");
			await().untilAsserted(() -> assertThat(obstacles()).isEqualTo(Map.of(obstacle, 1L)));
			assertThat(handedOver()).isZero();
			publish("hello");
			if (!head.contains("gzip")) {
				client.readUntil("data: hello");
			}
			this.server.bean(EventSourceEndpoint.class).disconnect((each) -> true);
			client.readToEnd();
		}
		await().until(() -> this.server.clients("messages") == 0);
	}

	@Test
	void encryptedConnectionsTakeTheOrdinaryWay(@TempDir Path folder) throws Exception {
		Certificate certificate = Certificate.create(folder);
		restart(TestServer.Container.TOMCAT, certificate.properties());
		HttpClient http = HttpClient.newBuilder().sslContext(certificate.trusting()).build();
		try (StreamClient client = StreamClient.send(http,
				HttpRequest.newBuilder(URI.create("https://localhost:" + this.server.port() + "/events/messages"))
					.timeout(Patience.LIMIT)
					.build())) {
			client.head();
			publish("hello");
			await().until(() -> client.count() == 1);
			assertThat(obstacles()).containsOnlyKeys("the connection is encrypted");
		}
	}

	@Test
	void http2TakesTheOrdinaryWay() throws Exception {
		restart(TestServer.Container.TOMCAT, "server.http2.enabled=true");
		try (RawHttp2 client = RawHttp2.connect(this.server.port(), false, 60000, 60000)) {
			int stream = client.get("/events/messages");
			client.readUntil(stream, "retry: 3000");
			publish("hello");
			client.readUntil(stream, "data: hello");
			assertThat(obstacles()).containsOnlyKeys("the request is not of HTTP/1.1");
		}
	}

	@Test
	void connectorOfAnotherProtocolTakesTheOrdinaryWay(CapturedOutput output) throws Exception {
		restart(TestServer.Container.TOMCAT, "nio2=true");
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/messages"))) {
			publish("hello");
			await().until(() -> client.count() == 1);
			assertThat(obstacles()).containsOnlyKeys("the connector has another protocol than HTTP on NIO");
		}
		assertThat(output).containsOnlyOnce("eventsource.tomcat.direct has no effect on a connector of the protocol "
				+ "org.apache.coyote.http11.Http11Nio2Protocol");
	}

	@Test
	void anotherServerSaysThatTheSettingHasNoEffect(CapturedOutput output) throws Exception {
		restart(TestServer.Container.JETTY);
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/messages"))) {
			publish("hello");
			await().until(() -> client.count() == 1);
		}
		assertThat(output).containsOnlyOnce("eventsource.tomcat.direct has no effect, since");
	}

	@Test
	void wrappersOfSpringLetTheSocketBeHandedOver() throws Exception {
		restart(TestServer.Container.TOMCAT, "spring-filters=true");
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/messages"))) {
			publish("hello");
			await().until(() -> client.count() == 1);
		}
		assertThat(handedOver()).isEqualTo(1);
	}

	@Test
	void halfClosedClientHasGone() throws Exception {
		try (Socket client = connect()) {
			client.shutdownOutput();
			assertThat(drained(client)).contains("retry: 3000");
		}
		await().until(() -> connections().open() == 0 && this.server.clients("messages") == 0);
	}

	@Test
	void whatAClientSendsIsIgnoredUntilItIsTooMuch() throws Exception {
		try (Socket client = connect()) {
			OutputStream output = client.getOutputStream();
			output.write((GET + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
			publish("hello");
			for (int i = 0; i < 100; i++) {
				assertThat(client.getInputStream().read()).isPositive();
			}
			assertThat(this.server.clients("messages")).isEqualTo(1);
			try {
				for (int i = 0; i < 1000; i++) {
					output.write(new byte[1000]);
				}
			}
			catch (IOException ex) {
				// Cut off
			}
			await().until(() -> connections().open() == 0 && this.server.clients("messages") == 0);
		}
	}

	@Test
	void slowClientGetsTheRestAfterTheStreamHasEnded() throws Exception {
		try (RawClient client = RawClient.stalled(this.server.port(), "/events/large")) {
			await().until(() -> this.server.snapshot("large").delivered() > 0);
			StringBuilder expected = new StringBuilder();
			IntStream.range(0, 100).forEach((i) -> expected.append(Application.large(i)));
			assertThat(client.readToEnd().replaceAll("(?s)^.*?\r\n\r\n|id: [^\n]*\n|data: |retry: [^\n]*\n|\n", ""))
				.isEqualTo(expected.toString());
		}
		await().until(() -> connections().open() == 0);
	}

	@Test
	void clientThatTakesNothingIsLeftBehindAMomentAfterItsStream() throws Exception {
		try (RawClient client = RawClient.stalled(this.server.port(), "/events/messages")) {
			client.readUntil("retry: 3000");
			String text = "x".repeat(100_000);
			await().until(() -> {
				publish(text);
				return this.server.bean(EventSourceEndpoint.class).clients("messages").get(0).blocked();
			});
			this.server.bean(EventSourceEndpoint.class).disconnect((each) -> true);
			await().atMost(Duration.ofSeconds(10)).until(() -> connections().open() == 0);
		}
	}

	@Test
	void requestIsOverForInterceptorsWhenItsStreamHasBegun() throws Exception {
		Calls calls = this.server.bean(Calls.class);
		calls.names.clear();
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/messages"))) {
			await().untilAsserted(() -> assertThat(calls.names).containsExactly("pre", "post", "after null"));
			publish("hello");
			await().until(() -> client.count() == 1);
		}
		await().until(() -> connections().open() == 0);
		assertThat(calls.names).hasSize(3);
	}

	@Test
	void placeIsGivenBackIfAFilterFailsAfterwards() throws Exception {
		try (RawClient client = RawClient.send(this.server.port(),
				"GET /events/messages?failing HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
			client.readToEnd();
		}
		await().until(() -> connections().open() == 0 && this.server.clients("messages") == 0);
		assertThat(handedOver()).isEqualTo(1);
	}

	private Socket connect() throws IOException {
		Socket client = new Socket(InetAddress.getLoopbackAddress(), this.server.port());
		client.setSoTimeout((int) Patience.LIMIT.toMillis());
		client.getOutputStream().write((GET + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
		await().until(() -> connections().open() == 1);
		return client;
	}

	private static String drained(Socket client) throws IOException {
		return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
	}

	private DirectSnapshot connections() {
		return this.server.bean(EventSourceEndpoint.class).directConnections();
	}

	private long handedOver() {
		return connections().handedOver() - this.before.handedOver();
	}

	/**
	 * What has kept connections from being handed over since the test has begun.
	 */
	private Map<String, Long> obstacles() {
		Map<String, Long> counts = new HashMap<>(connections().ordinary());
		this.before.ordinary().forEach((obstacle, count) -> counts.merge(obstacle, -count, Long::sum));
		counts.values().removeIf((count) -> count == 0);
		return counts;
	}

	private void publish(String data) {
		this.server.bean("messages", EventChannel.class).publish(Event.of(data));
	}

	private void restart(TestServer.Container container, String... properties) {
		this.server = start(container, properties);
		this.before = connections();
	}

	private static TestServer start(TestServer.Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("eventsource.tomcat.direct=true");
		return TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	/**
	 * Might hold bytes back.
	 */
	private static final class Wrapper extends HttpServletResponseWrapper {

		Wrapper(HttpServletResponse response) {
			super(response);
		}

		@Override
		public ServletOutputStream getOutputStream() throws IOException {
			return super.getOutputStream();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		static String large(int number) {
			return String.valueOf(number).repeat(50_000);
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		EventChannel ending() {
			return EventChannel.create();
		}

		@Bean
		Calls calls() {
			return new Calls();
		}

		@Bean
		PersonalStream large() {
			return (client) -> Flux.range(0, 100).map((i) -> Event.of(large(i)));
		}

		@Bean
		Filter filter() {
			return (request, response, chain) -> {
				String query = String.valueOf(((HttpServletRequest) request).getQueryString());
				chain.doFilter(request,
						query.equals("wrapped") ? new Wrapper((HttpServletResponse) response) : response);
				if (query.equals("failing")) {
					throw new IOException("failing");
				}
			};
		}

		@Bean
		@ConditionalOnBooleanProperty("spring-filters")
		Filter etags() {
			return new ShallowEtagHeaderFilter();
		}

		@Bean
		@ConditionalOnBooleanProperty("spring-filters")
		Filter forwarded() {
			return new ForwardedHeaderFilter();
		}

		@Bean
		@ConditionalOnBooleanProperty("nio2")
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> nio2() {
			return (factory) -> factory.setProtocol("org.apache.coyote.http11.Http11Nio2Protocol");
		}

		@Bean
		Controller controller(EventSourceEndpoint endpoint) {
			return new Controller(endpoint);
		}

	}

	/**
	 * Records how an interceptor is called.
	 */
	static class Calls implements WebMvcConfigurer, HandlerInterceptor {

		private final Queue<String> names = new ConcurrentLinkedQueue<>();

		@Override
		public void addInterceptors(InterceptorRegistry registry) {
			registry.addInterceptor(this);
		}

		@Override
		public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
			return this.names.add("pre");
		}

		@Override
		public void postHandle(HttpServletRequest request, HttpServletResponse response, Object handler,
				@Nullable ModelAndView modelAndView) {
			this.names.add("post");
		}

		@Override
		public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
				@Nullable Exception ex) {
			this.names.add("after " + ex);
		}

	}

	@RestController
	static class Controller {

		private final EventSourceEndpoint endpoint;

		Controller(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/created")
		ResponseEntity<SseEmitter> created(HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			return ResponseEntity.status(201).body(this.endpoint.open("messages", request, response));
		}

		@PostMapping("/body")
		SseEmitter body(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open("messages", request, response);
		}

		@PostMapping("/personal")
		SseEmitter personal(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(
					Flux.concat(Flux.just("hello").delayElements(Duration.ofMillis(300)), Flux.never()), request,
					response);
		}

	}

}
