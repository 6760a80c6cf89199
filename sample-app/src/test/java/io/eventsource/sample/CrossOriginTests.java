package io.eventsource.sample;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import com.sun.net.httpserver.HttpServer;
import io.eventsource.ClientSnapshot;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.web.Admission;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamAdmission;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A page of another server that opens a stream of the sample, in a real browser.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "eventsource.cors.allow-credentials=true", "eventsource.streams.messages.retry=200ms" })
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
class CrossOriginTests {

	private static final HttpServer pages = pages();

	@LocalServerPort
	private int port;

	@Autowired
	private EventChannel messages;

	@Autowired
	private EventSourceEndpoint endpoint;

	@Autowired
	private Requests requests;

	private ChromeDriver browser;

	@DynamicPropertySource
	static void allowedOrigin(DynamicPropertyRegistry registry) {
		registry.add("eventsource.cors.allowed-origins", () -> page("localhost"));
	}

	// Not earlier: processing ahead of time loads this class, and would wait for the
	// server
	@BeforeAll
	static void start() {
		pages.start();
	}

	@BeforeEach
	void openBrowser(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		this.browser = Chromium.start(profile);
		this.requests.seen.clear();
	}

	@AfterEach
	void closeBrowser() {
		this.browser.quit();
		this.endpoint.disconnect((client) -> client.stream().equals("messages"));
	}

	@AfterAll
	static void stop() {
		pages.stop(0);
	}

	@Test
	void pageComesBackWithAShortLastEventId() {
		comesBack("order-1");
	}

	@Test
	void pageComesBackWithALongLastEventId() {
		comesBack("order-" + "1".repeat(200));
	}

	@Test
	void pageComesBackWithALastEventIdOfUnsafeBytes() {
		comesBack("{\"order\":\"\u00e9\u2713\"}");
	}

	private void comesBack(String id) {
		open("localhost", true);
		assertThat(client().headers()).containsEntry("Cookie", "user=alice");
		assertThat(client().lastEventId()).isNull();
		this.messages.publish(Event.builder().id(id).data("before").build());
		awaitSeen("before");
		String first = client().id();
		this.endpoint.disconnect((client) -> client.id().equals(first));
		this.messages.publish(Event.of("meanwhile"));
		awaitSeen("before", "meanwhile");
		assertThat(client().lastEventId()).isEqualTo(id);
		assertThat(client().headers()).containsEntry("Cookie", "user=alice");
	}

	@Test
	void pageThatSendsNoCredentialsReadsTheStreamWithoutThem() {
		open("localhost", false);
		assertThat(client().headers()).isEmpty();
		this.messages.publish(Event.of("hello"));
		awaitSeen("hello");
	}

	/**
	 * What {@code EventSource} does not do and libraries do that replace it: a preflight
	 * asks whether the headers may be sent.
	 */
	@Test
	void pageThatFetchesAStreamWithHeadersOfItsOwnMayReadIt() {
		this.browser.get(page("localhost"));
		Object type = this.browser.executeAsyncScript(
				"""
						const done = arguments[arguments.length - 1];
						const headers = { "Last-Event-ID": arguments[1], "Cache-Control": "no-cache", Authorization: "Bearer x" };
						fetch(arguments[0], { headers, credentials: "include" })
						  .then((response) => done(response.headers.get("Content-Type")), (error) => done(error.message));
						""",
				stream(), "order-" + "1".repeat(200));
		assertThat(type).asString().startsWith("text/event-stream");
		awaitRequests("OPTIONS 200", "GET 200");
		assertThat(client().lastEventId()).startsWith("order-111");
	}

	@Test
	void pageThatMayNotReadAStreamGetsAnErrorAndNoEvent() {
		open("127.0.0.1", true);
		patiently().until(() -> this.browser.executeScript("return source.readyState").equals(2L));
		this.messages.publish(Event.of("secret"));
		assertThat(this.browser.executeScript("return [seen.length, opened, errors]")).isEqualTo(List.of(0L, 0L, 1L));
		assertThat(this.endpoint.clients("messages")).isEmpty();
		awaitRequests("GET 403");
	}

	private void open(String host, boolean withCredentials) {
		this.browser.get(page(host));
		this.browser.executeScript("""
				document.cookie = "user=alice";
				window.seen = [];
				window.opened = window.errors = 0;
				window.source = new EventSource(arguments[0], { withCredentials: arguments[1] });
				source.onopen = () => opened++;
				source.onerror = () => errors++;
				source.onmessage = (event) => seen.push(event.data);
				""", stream(), withCredentials);
	}

	private String stream() {
		return "http://localhost:" + this.port + "/events/messages";
	}

	/**
	 * The only client that there is.
	 */
	private EventClient client() {
		patiently().until(() -> this.endpoint.clients("messages").size() == 1);
		return this.endpoint.clients("messages").stream().map(ClientSnapshot::client).findFirst().orElseThrow();
	}

	private void awaitSeen(String... data) {
		patiently().untilAsserted(() -> assertThat(this.browser.executeScript("return seen")).isEqualTo(List.of(data)));
	}

	private void awaitRequests(String... requests) {
		patiently().untilAsserted(() -> assertThat(this.requests.seen).containsExactly(requests));
	}

	private static ConditionFactory patiently() {
		return await();
	}

	private static String page(String host) {
		return "http://" + host + ":" + pages.getAddress().getPort();
	}

	private static HttpServer pages() {
		try {
			HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
			server.createContext("/", (exchange) -> {
				byte[] page = "<!doctype html><title>Another origin</title>".getBytes(StandardCharsets.UTF_8);
				exchange.getResponseHeaders().set("Content-Type", "text/html");
				exchange.sendResponseHeaders(200, page.length);
				exchange.getResponseBody().write(page);
				exchange.close();
			});
			return server;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The requests for streams, with their answers.
	 */
	static class Requests extends OncePerRequestFilter {

		private final Queue<String> seen = new ConcurrentLinkedQueue<>();

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			chain.doFilter(request, response);
			if (request.getRequestURI().startsWith("/events/")) {
				this.seen.add(request.getMethod() + " " + response.getStatus());
			}
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Configuration {

		@Bean
		Requests requests() {
			return new Requests();
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		StreamAdmission cookies() {
			return (client, request) -> Admission.accept().withHeaders("Cookie");
		}

	}

}
