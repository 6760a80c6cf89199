package io.eventsource.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that do not read their socket, on every protocol and each container: no worker
 * waits for them, and all others are served meanwhile.
 */
class UnreadSocketTests {

	/**
	 * What a worker may wait for by its way: a lock that another thread holds briefly.
	 */
	private static final int MOMENT = 250;

	private static final int EVENTS = 800;

	/** Of which nothing is left to compress. */
	private static final String PADDING = new Random(1).ints(8000, 0, 64)
		.mapToObj((i) -> String.valueOf((char) ('0' + i)))
		.collect(Collectors.joining());

	@TempDir
	private static Path folder;

	private static Certificate certificate;

	private final List<AutoCloseable> open = new ArrayList<>();

	private TestServer server;

	@BeforeAll
	static void certify() throws Exception {
		certificate = Certificate.create(folder);
	}

	@AfterEach
	void stop() throws Exception {
		for (AutoCloseable each : this.open) {
			each.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	static Stream<Arguments> protocols() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Arrays.stream(Protocol.values())
				.map((protocol) -> Arguments.of(container, protocol)));
	}

	@ParameterizedTest
	@MethodSource("protocols")
	void noWorkerWaitsForClientsThatDoNotRead(TestServer.Container container, Protocol protocol) throws Exception {
		serve(container, protocol, EVENTS);
	}

	@ParameterizedTest
	@MethodSource("protocols")
	void noWorkerWaitsForClientsThatDoNotReadWhatIsCompressed(TestServer.Container container, Protocol protocol)
			throws Exception {
		serve(container, protocol, 2 * EVENTS, "server.compression.enabled=true",
				"server.compression.mime-types=text/event-stream");
	}

	private void serve(TestServer.Container container, Protocol protocol, int events, String... properties)
			throws Exception {
		start(container, protocol, properties);
		for (int i = 0; i < 3; i++) {
			ignore(protocol);
		}
		await().until(() -> this.server.clients("messages") == 3 * protocol.streams());
		List<StreamClient> readers = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			readers.add(reader(protocol));
		}
		await().until(() -> this.server.clients("messages") == 3 * protocol.streams() + 3);
		try (WorkerWatch watch = new WorkerWatch()) {
			EventChannel channel = this.server.bean(EventChannel.class);
			for (int i = 0; i < events; i++) {
				channel.publish(Event.of(i + PADDING));
			}
			await().untilAsserted(() -> assertThat(readers).extracting(StreamClient::count).containsOnly(events));
			assertThat(watch.longestMillis()).as(watch::where).isLessThan(MOMENT);
			// Those who do not read are ended without a wait too
			this.server.bean(EventSourceEndpoint.class).disconnect((client) -> true);
			await().until(() -> this.server.clients("messages") == 0);
			assertThat(watch.longestMillis()).as(watch::where).isLessThan(MOMENT);
		}
		List<String> expected = IntStream.range(0, events).mapToObj((i) -> i + PADDING).toList();
		assertThat(readers).allSatisfy((reader) -> assertThat(reader.data()).isEqualTo(expected));
	}

	/**
	 * Opens streams, and never reads.
	 */
	private void ignore(Protocol protocol) throws IOException {
		if (protocol.http2) {
			RawHttp2 client = RawHttp2.connect(this.server.port(), protocol.tls, Integer.MAX_VALUE, 4096).gzip();
			this.open.add(client);
			client.window(0, Integer.MAX_VALUE - 65_535);
			for (int i = 0; i < protocol.streams(); i++) {
				client.get("/events/messages");
			}
			return;
		}
		Socket socket = new Socket();
		this.open.add(socket);
		socket.setReceiveBufferSize(4096);
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.server.port()), 5000);
		Socket client = protocol.tls ? RawHttp2.secure(socket, this.server.port(), "http/1.1") : socket;
		client.getOutputStream()
			.write("GET /events/messages HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"
				.getBytes(StandardCharsets.US_ASCII));
		client.getOutputStream().flush();
	}

	private StreamClient reader(Protocol protocol) throws Exception {
		HttpClient http = HttpClient.newBuilder()
			.version(protocol.http2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
			.sslContext(certificate.trusting())
			.build();
		URI uri = URI
			.create((protocol.tls ? "https" : "http") + "://127.0.0.1:" + this.server.port() + "/events/messages");
		StreamClient client = StreamClient.send(http,
				HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build());
		this.open.add(client);
		assertThat(client.head().version())
			.isEqualTo(protocol.http2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
		return client;
	}

	private void start(TestServer.Container container, Protocol protocol, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("eventsource.overflow=skip");
		all.add("eventsource.buffer-size=4096");
		all.add("eventsource.buffer-memory=64MB");
		all.add("eventsource.dispatcher.threads=1");
		all.add("server.http2.enabled=" + protocol.http2);
		if (protocol.tls) {
			all.addAll(List.of(certificate.properties()));
		}
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	/**
	 * How a client speaks to the server.
	 */
	enum Protocol {

		HTTP1(false, false), TLS(false, true), H2C(true, false), H2(true, true);

		private final boolean http2;

		private final boolean tls;

		Protocol(boolean http2, boolean tls) {
			this.http2 = http2;
			this.tls = tls;
		}

		/**
		 * How many streams there are on a connection.
		 */
		int streams() {
			return this.http2 ? 3 : 1;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

	}

}
