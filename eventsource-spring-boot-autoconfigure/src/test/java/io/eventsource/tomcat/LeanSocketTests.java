package io.eventsource.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import io.eventsource.web.Certificate;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an application does besides streams, on sockets that have buffers only when they
 * need them, and whose buffers are poisoned when they are dropped.
 */
class LeanSocketTests {

	private static TestServer server;

	private final HttpClient http = HttpClient.newHttpClient();

	@BeforeAll
	static void start() throws Exception {
		server = TestServer.start(TestServer.Container.TOMCAT, Application.class, "eventsource.tomcat.direct=true",
				"eventsource.tomcat.lean-sockets=true", "server.http2.enabled=true", "poison=true",
				"server.max-http-request-header-size=64KB");
		((ServerContainer) server.context().getServletContext().getAttribute(ServerContainer.class.getName()))
			.addEndpoint(Echo.class);
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(PoisonedBuffers.late).as("used after they were dropped").hasValue(0);
	}

	@Test
	void uploadsAndDownloadsArriveWhole() throws Exception {
		byte[] bytes = new byte[20_000_000];
		new Random(1).nextBytes(bytes);
		for (HttpClient.Version version : HttpClient.Version.values()) {
			// Tomcat would keep a body that comes with the upgrade to HTTP/2
			this.http.send(HttpRequest.newBuilder(server.uri("/length")).version(version).header("Large", "a").build(),
					HttpResponse.BodyHandlers.discarding());
			HttpRequest request = HttpRequest.newBuilder(server.uri("/echo"))
				.version(version)
				.timeout(Patience.LIMIT)
				.POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
				.build();
			HttpResponse<byte[]> response = this.http.send(request, HttpResponse.BodyHandlers.ofByteArray());
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(hash(response.body())).isEqualTo(hash(bytes));
		}
	}

	@Test
	void pipelinedRequestsAndLargeHeadersAreAnsweredInOrder() throws Exception {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			socket.setSoTimeout((int) Patience.LIMIT.toMillis());
			StringBuilder requests = new StringBuilder();
			for (int i = 0; i < 50; i++) {
				requests.append("GET /length HTTP/1.1\r\nHost: localhost\r\nLarge: ")
					.append("x".repeat(1000 * (i % 30) + 1))
					.append((i == 49) ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
			}
			Thread sender = new Thread(() -> send(socket, requests.toString()));
			sender.start();
			String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
			sender.join();
			List<String> expected = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				expected.add("<" + (1000 * (i % 30) + 1) + ">");
			}
			assertThat(Pattern.compile("<\\d+>").matcher(answers).results().map((r) -> r.group()))
				.containsExactlyElementsOf(expected);
		}
	}

	private static void send(Socket socket, String text) {
		try {
			socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void webSocketEchoes() throws Exception {
		CompletableFuture<String> answer = new CompletableFuture<>();
		StringBuilder received = new StringBuilder();
		String text = "hello ".repeat(1000);
		WebSocket socket = this.http.newWebSocketBuilder()
			.buildAsync(URI.create(server.uri("/socket").toString().replace("http", "ws")), new WebSocket.Listener() {
				@Override
				public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
					received.append(data);
					if (last) {
						answer.complete(received.toString());
					}
					webSocket.request(1);
					return null;
				}
			})
			.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
		socket.sendText(text, true);
		assertThat(answer.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(text);
		socket.abort();
	}

	@Test
	void streamsDropTheBuffersOfTheirSocketsAndOthersUseTheirObjectsAgain() throws Exception {
		int dropped = PoisonedBuffers.dropped.get();
		for (int i = 0; i < 30; i++) {
			try (StreamClient client = StreamClient.connect(server.uri("/events/messages"))) {
				String data = "event " + i;
				server.bean(EventChannel.class).publish(Event.of(data));
				await().until(() -> client.data().contains(data));
			}
			HttpResponse<String> response = this.http.send(
					HttpRequest.newBuilder(server.uri("/length")).header("Large", "abc").build(),
					HttpResponse.BodyHandlers.ofString());
			assertThat(response.body()).isEqualTo("<3>");
		}
		await().until(() -> server.bean(EventSourceEndpoint.class).directConnections().open() == 0);
		assertThat(server.bean(EventSourceEndpoint.class).directConnections().ordinary()).isEmpty();
		// A connection of another test may be dropped meanwhile
		assertThat(PoisonedBuffers.dropped.get() - dropped).isGreaterThanOrEqualTo(30);
	}

	@Test
	void tlsHasTheBuffersOfTomcat(@TempDir Path folder) throws Exception {
		List<String> properties = new ArrayList<>(List.of(Certificate.create(folder).properties()));
		properties.add("eventsource.tomcat.direct=true");
		properties.add("eventsource.tomcat.lean-sockets=true");
		try (TestServer secure = TestServer.start(TestServer.Container.TOMCAT, Application.class,
				properties.toArray(String[]::new))) {
			assertThat(
					((TomcatWebServer) secure.context().getWebServer()).getTomcat().getConnector().getProtocolHandler())
				.isExactlyInstanceOf(LeanHttp11NioProtocol.class);
			try (SSLSocket socket = (SSLSocket) trusting().getSocketFactory()
				.createSocket(InetAddress.getLoopbackAddress(), secure.port())) {
				send(socket, "GET /length HTTP/1.1\r\nHost: localhost\r\nLarge: 1234\r\nConnection: close\r\n\r\n");
				assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
					.contains("<4>");
			}
		}
	}

	private static SSLContext trusting() throws Exception {
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, new TrustManager[] { new X509TrustManager() {

			@Override
			public void checkClientTrusted(X509Certificate[] chain, String authType) {
			}

			@Override
			public void checkServerTrusted(X509Certificate[] chain, String authType) {
			}

			@Override
			public X509Certificate[] getAcceptedIssuers() {
				return new X509Certificate[0];
			}

		} }, null);
		return context;
	}

	private static String hash(byte[] bytes) throws NoSuchAlgorithmException {
		return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
	}

	@ServerEndpoint("/socket")
	public static class Echo {

		@OnMessage
		public String echo(String text) {
			return text;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		@ConditionalOnBooleanProperty("poison")
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> poison() {
			return (factory) -> factory.setProtocol(PoisoningProtocol.class.getName());
		}

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@RestController
	static class Controller {

		@PostMapping("/echo")
		byte[] echo(HttpServletRequest request) throws IOException {
			return request.getInputStream().readAllBytes();
		}

		@GetMapping("/length")
		String length(@RequestHeader("Large") String large) {
			return "<" + large.length() + ">";
		}

	}

}
