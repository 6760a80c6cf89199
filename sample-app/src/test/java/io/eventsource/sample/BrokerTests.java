package io.eventsource.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.test.util.TestSocketUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The profile {@code rabbit}, with the broker of a subclass.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class BrokerTests {

	/** The reconnection time, and a heartbeat with the place of the client. */
	private static final int OPENING = 5;

	private static final String QUEUE = "events";

	private final HttpClient http = HttpClient.newHttpClient();

	private final int port = TestSocketUtils.findAvailableTcpPort();

	private AutoCloseable broker;

	private ServletWebServerApplicationContext application;

	private Connection connection;

	private Channel channel;

	/**
	 * Starts the broker.
	 * @param folder an empty folder
	 * @param port the port to listen on
	 */
	abstract AutoCloseable startBroker(Path folder, int port) throws Exception;

	@BeforeAll
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path folder) throws Exception {
		this.broker = startBroker(folder, this.port);
		this.application = (ServletWebServerApplicationContext) new SpringApplicationBuilder(SampleApplication.class)
			.profiles("rabbit")
			.run("--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off",
					"--spring.rabbitmq.host=127.0.0.1", "--spring.rabbitmq.port=" + this.port,
					"--sample.queue=" + QUEUE, "--eventsource.streams.queue.initial-replay=0");
	}

	@AfterAll
	void stop() throws Exception {
		if (this.application != null) {
			this.application.close();
		}
		if (this.broker != null) {
			this.broker.close();
		}
	}

	/**
	 * Stops the broker, with all its messages and queues, and starts it again.
	 */
	final void restartBroker(Path folder) throws Exception {
		this.connection.close();
		this.broker.close();
		this.broker = startBroker(folder, this.port);
		connect();
	}

	@BeforeEach
	void connect() throws Exception {
		ConnectionFactory factory = new ConnectionFactory();
		factory.setHost("127.0.0.1");
		factory.setPort(this.port);
		this.connection = factory.newConnection();
		this.channel = this.connection.createChannel();
		await().until(this::isListening);
	}

	@AfterEach
	void disconnect() throws Exception {
		this.connection.close();
	}

	/**
	 * Tells whether the application reads its queue, which it also declares.
	 */
	private boolean isListening() throws Exception {
		try (Channel other = this.connection.createChannel()) {
			return other.queueDeclarePassive(QUEUE).getConsumerCount() == 1;
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Test
	void messageIsAnEventOfItsTypeAndId() throws Exception {
		try (Stream<String> lines = open()) {
			publish(new BasicProperties.Builder().type("order").messageId("order-7").build(), "{\"item\":\"Käse\"}");
			assertThat(lines.skip(OPENING).limit(4)).containsExactly("id: order-7", "event: order",
					"data: {\"item\":\"Käse\"}", "");
		}
	}

	@Test
	void messageWithNothingButTextIsAnEventWithAnIdOfTheStream() throws Exception {
		try (Stream<String> lines = open()) {
			publish(null, "two\nlines");
			List<String> event = lines.skip(OPENING).limit(4).toList();
			assertThat(event.get(0)).startsWith("id: ");
			assertThat(event.subList(1, 4)).containsExactly("data: two", "data: lines", "");
		}
	}

	@Test
	void messagesThatCannotBeEventsAreLeftOutForGood() throws Exception {
		try (Stream<String> lines = open()) {
			for (BasicProperties bad : List.of(new BasicProperties.Builder().messageId("a\nevent: injected").build(),
					new BasicProperties.Builder().messageId("a\0b").build(),
					new BasicProperties.Builder().type("a\rid: injected").build())) {
				publish(bad, "bad");
			}
			publish(null, "good");
			assertThat(lines.filter((line) -> line.startsWith("data: ")).findFirst()).contains("data: good");
		}
		RabbitListenerEndpointRegistry listeners = this.application.getBean(RabbitListenerEndpointRegistry.class);
		listeners.stop();
		assertThat(this.channel.queueDeclarePassive(QUEUE).getMessageCount()).isZero();
		listeners.start();
	}

	@Test
	void messagesKeepTheirOrderAndAClientResumesBehindOneOfThem() throws Exception {
		try (Stream<String> lines = open()) {
			for (int i = 1; i <= 100; i++) {
				publish(new BasicProperties.Builder().messageId("m" + i).build(), "message " + i);
			}
			assertThat(lines.skip(OPENING).filter((line) -> line.startsWith("id: ")).limit(100))
				.isEqualTo(IntStream.rangeClosed(1, 100).mapToObj((i) -> "id: m" + i).toList());
		}
		try (Stream<String> lines = open("Last-Event-ID", "m97")) {
			assertThat(lines.filter((line) -> line.startsWith("data: ")).limit(3)).containsExactly("data: message 98",
					"data: message 99", "data: message 100");
		}
	}

	final void publish(BasicProperties properties, String text) throws IOException {
		this.channel.basicPublish("", QUEUE, properties, text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Connects, and returns the lines of the stream once it has this client.
	 */
	final Stream<String> open(String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + this.application.getWebServer().getPort() + "/events/queue"))
			.timeout(Patience.LIMIT);
		if (headers.length > 0) {
			request.headers(headers);
		}
		Stream<String> lines = this.http.send(request.build(), BodyHandlers.ofLines()).body();
		await().until(() -> this.application.getBean(EventSourceEndpoint.class)
			.streams()
			.stream()
			.anyMatch((stream) -> stream.name().equals("queue") && stream.clients() >= 1));
		return lines;
	}

}
