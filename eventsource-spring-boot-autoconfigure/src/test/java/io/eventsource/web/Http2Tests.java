package io.eventsource.web;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import jakarta.servlet.http.HttpServletRequest;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams over HTTP/2 without TLS, of which one connection carries many, on each
 * container.
 */
@ExtendWith(OutputCaptureExtension.class)
class Http2Tests {

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

	private final List<StreamClient> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void manyStreamsOnOneConnectionGetTheirEventsAtOnce(TestServer.Container container) throws Exception {
		start(container);
		String connection = connection();
		List<StreamClient> clients = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			clients.add(client("/events/messages"));
		}
		for (int i = 0; i < 100; i++) {
			this.server.bean(EventChannel.class).publish(Event.of(String.valueOf(i)));
			if (i < 3) {
				int count = i + 1;
				await().until(() -> clients.stream().allMatch((client) -> client.count() == count));
			}
		}
		await().until(() -> clients.stream().allMatch((client) -> client.count() == 100));
		List<String> expected = IntStream.range(0, 100).mapToObj(String::valueOf).toList();
		assertThat(clients).allSatisfy((client) -> assertThat(client.data()).isEqualTo(expected));
		assertThat(connection()).isEqualTo(connection);
	}

	@ParameterizedTest
	@EachContainer
	void streamEndsCleanly(TestServer.Container container) throws Exception {
		start(container);
		connection();
		assertThat(client("/events/pair").awaitEnd().data()).containsExactly("a", "b");
		StreamClient client = client("/events/messages");
		this.server.bean(EventChannel.class).publish(Event.of("last"));
		this.server.bean(EventSourceEndpoint.class).stop("messages");
		assertThat(client.awaitEnd().data()).containsExactly("last");
	}

	@ParameterizedTest
	@EachContainer
	void longStreamArrivesWholeThroughTheWindowOfItsClient(TestServer.Container container) throws Exception {
		start(container);
		connection();
		assertThat(client("/events/range").awaitEnd().data())
			.isEqualTo(IntStream.range(0, 50_000).mapToObj(String::valueOf).toList());
	}

	@ParameterizedTest
	@EachContainer
	void clientThatLeavesIsGoneAndTheOthersOnItsConnectionStay(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container, "eventsource.heartbeat=200ms");
		connection();
		StreamClient leaving = client("/events/messages");
		StreamClient staying = client("/events/messages");
		assertThat(this.server.clients("messages")).isEqualTo(2);
		leaving.close();
		await().until(() -> this.server.clients("messages") == 1);
		this.server.bean(EventChannel.class).publish(Event.of("hello"));
		await().untilAsserted(() -> assertThat(staying.data()).containsExactly("hello"));
		assertThat(leaving.count()).isZero();
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	/**
	 * Lets the client upgrade to HTTP/2, and tells which connection it is on.
	 */
	private String connection() throws Exception {
		HttpResponse<String> response = this.http.send(
				HttpRequest.newBuilder(this.server.uri("/connection")).timeout(Patience.LIMIT).build(),
				HttpResponse.BodyHandlers.ofString());
		assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
		return response.body();
	}

	private StreamClient client(String path) throws Exception {
		StreamClient client = StreamClient.send(this.http,
				HttpRequest.newBuilder(this.server.uri(path)).timeout(Patience.LIMIT).build());
		this.open.add(client);
		assertThat(client.head().version()).isEqualTo(HttpClient.Version.HTTP_2);
		return client;
	}

	private void start(TestServer.Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("server.http2.enabled=true");
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> pair() {
			return Flux.just(Event.of("a"), Event.of("b"));
		}

		@Bean
		Flux<Event> range() {
			return Flux.range(0, 50_000).map((n) -> Event.of(String.valueOf(n)));
		}

		@Bean
		Routes routes() {
			return new Routes();
		}

	}

	@RestController
	static class Routes {

		@GetMapping("/connection")
		String connection(HttpServletRequest request) {
			return request.getRemoteAddr() + ":" + request.getRemotePort();
		}

	}

}
