package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import io.eventsource.ClientSnapshot;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients of HTTP/2 that open their window late or never, and yet have to learn that
 * their stream has ended, on each container.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClosedWindowTests {

	private static final int WINDOW = 1000;

	private final List<RawHttp2> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() throws IOException {
		for (RawHttp2 client : this.open) {
			client.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientWhoseWindowNeverOpensLearnsThatItWasDisconnected(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container);
		RawHttp2 client = connect(WINDOW);
		int stream = client.get("/events/messages");
		fill(client, stream);
		assertThat(disconnectAll()).isEqualTo(1);
		assertThat(client.readEnd(stream).type()).isEqualTo(RawHttp2.RST_STREAM);
		// Its connection is as good as before
		assertThat(client.readToEnd(client.get("/hello"))).isEqualTo("hello");
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	@ParameterizedTest
	@EachContainer
	void clientWhoseWindowNeverOpensLearnsThatItTookTooLong(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container, "eventsource.write-timeout=1s");
		RawHttp2 client = connect(WINDOW);
		int stream = client.get("/events/messages");
		fill(client, stream);
		assertThat(client.readEnd(stream).type()).isEqualTo(RawHttp2.RST_STREAM);
		await().until(() -> this.server.clients("messages") == 0);
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	@ParameterizedTest
	@EachContainer
	void clientWhoseWindowNeverOpensLearnsThatItHasFallenBehind(TestServer.Container container) throws Exception {
		start(container, "eventsource.buffer-size=16");
		RawHttp2 client = connect(WINDOW);
		int stream = client.get("/events/messages");
		client.readUntil(stream, "retry:");
		StreamClient reader = StreamClient.connect(this.server.uri("/events/messages"));
		for (int i = 1; i <= 100; i++) {
			this.server.bean(EventChannel.class).publish(Event.of("x".repeat(10_000)));
			int count = i;
			await().until(() -> reader.count() == count);
		}
		assertThat(client.readEnd(stream).type()).isEqualTo(RawHttp2.RST_STREAM);
		await().until(() -> this.server.clients("messages") == 1);
		reader.close();
	}

	@ParameterizedTest
	@EachContainer
	void windowOfTheConnectionMayBeShutAsWell(TestServer.Container container) throws Exception {
		start(container);
		// The connection has room for 65,535 bytes only
		RawHttp2 client = connect(1_000_000);
		int stream = client.get("/events/messages");
		fill(client, stream);
		assertThat(disconnectAll()).isEqualTo(1);
		assertThat(client.readEnd(stream).type()).isEqualTo(RawHttp2.RST_STREAM);
	}

	@ParameterizedTest
	@EachContainer
	void eachOfManyStreamsOfAConnectionLearnsOfItsEnd(TestServer.Container container) throws Exception {
		start(container);
		RawHttp2 client = connect(WINDOW);
		Set<Integer> streams = new HashSet<>();
		for (int i = 0; i < 30; i++) {
			int stream = client.get("/events/messages");
			streams.add(stream);
			client.readUntil(stream, "retry:");
		}
		this.server.bean(EventChannel.class).publish(Event.of("x".repeat(200_000)));
		await().until(() -> blocked() == 30);
		assertThat(disconnectAll()).isEqualTo(30);
		while (!streams.isEmpty()) {
			RawHttp2.Frame frame = client.read();
			assertThat(frame).isNotNull();
			assertThat(frame.type()).isNotEqualTo(RawHttp2.GOAWAY);
			streams.removeIf(frame::ends);
		}
	}

	/**
	 * The same whether the window opens before the stream was to end or afterwards.
	 */
	@ParameterizedTest
	@EachContainer
	void whatWasWrittenArrivesWholeIfTheWindowOpensLate(TestServer.Container container) throws Exception {
		start(container);
		RawHttp2 client = connect(WINDOW);
		int stream = client.request("GET", "/answer", true);
		String read = client.readUntil(stream, "retry:");
		await().until(() -> this.server.bean(Application.class).completed.getCount() == 0);
		client.window(stream, 10_000);
		client.window(stream, 1_000_000);
		client.window(0, 1_000_000);
		read += client.readToEnd(stream);
		assertThat(read).contains("x".repeat(100_000), "data: last");
	}

	@ParameterizedTest
	@EachContainer
	void shutdownDoesNotWaitForAWindow(TestServer.Container container) throws Exception {
		start(container, "server.shutdown=graceful", "spring.lifecycle.timeout-per-shutdown-phase=30s");
		RawHttp2 client = connect(WINDOW);
		int stream = client.get("/events/messages");
		fill(client, stream);
		int answer = client.get("/answer");
		client.readUntil(answer, "retry:");
		await().until(() -> this.server.bean(Application.class).completed.getCount() == 0);
		long start = System.nanoTime();
		this.server.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
		this.server = null;
	}

	private int disconnectAll() {
		return this.server.bean(EventSourceEndpoint.class).disconnect((each) -> true);
	}

	private long blocked() {
		return this.server.bean(EventSourceEndpoint.class)
			.clients("messages")
			.stream()
			.filter(ClientSnapshot::blocked)
			.count();
	}

	private void fill(RawHttp2 client, int stream) throws Exception {
		client.readUntil(stream, "retry:");
		this.server.bean(EventChannel.class).publish(Event.of("x".repeat(200_000)));
		// A client counts as blocked before its response is first written to as well
		client.readUntil(stream, "xxx");
		await().until(() -> blocked() > 0);
	}

	private RawHttp2 connect(int window) throws IOException {
		RawHttp2 client = RawHttp2.connect(this.server.port(), false, window, 65_536);
		this.open.add(client);
		return client;
	}

	private void start(TestServer.Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("server.http2.enabled=true");
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final CountDownLatch completed = new CountDownLatch(1);

		@Bean
		static EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint) {
			return new Routes(endpoint, this.completed);
		}

	}

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		private final CountDownLatch completed;

		Routes(EventSourceEndpoint endpoint, CountDownLatch completed) {
			this.endpoint = endpoint;
			this.completed = completed;
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/answer")
		SseEmitter answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(Flux.just("x".repeat(100_000), "last").doOnComplete(this.completed::countDown),
					request, response);
		}

	}

}
