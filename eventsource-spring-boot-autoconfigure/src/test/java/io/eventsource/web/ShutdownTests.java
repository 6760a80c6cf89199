package io.eventsource.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.eventsource.Background;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.PersonalStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What clients and operators see of a shutdown, over HTTP.
 */
@Tag("direct")
@ExtendWith(OutputCaptureExtension.class)
class ShutdownTests {

	/**
	 * The phase of a shutdown lasts for 30 s at most, and so does the write timeout.
	 */
	private static final Duration FAR_LESS_THAN_A_PHASE = Duration.ofSeconds(20);

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
	void hundredClientsAreSentAwayWithinTheWindowEachWithACleanEndAndATimeOfItsOwn(TestServer.Container container,
			CapturedOutput output) throws Exception {
		start(container, "eventsource.shutdown.drain=1s");
		List<StreamClient> clients = clients(100);
		this.server.bean(EventChannel.class).publish("message", "a");
		await().until(() -> clients.stream().allMatch((client) -> client.count() == 1));
		long start = System.nanoTime();
		this.server.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FAR_LESS_THAN_A_PHASE);
		for (StreamClient client : clients) {
			client.awaitEnd();
		}
		assertThat(clients).allSatisfy((client) -> assertThat(client.reconnectionTime())
			.isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6)));
		assertThat(clients.stream().map(StreamClient::reconnectionTime).distinct()).hasSizeGreaterThan(50);
		assertThat(output).contains("Event streams have ended").doesNotContain("ERROR", "WARN");
	}

	@ParameterizedTest
	@EachContainer
	void newcomersGetTheSoftAnswerMeanwhile(TestServer.Container container) throws Exception {
		start(container, "eventsource.shutdown.drain=6s");
		List<StreamClient> clients = clients(20);
		CompletableFuture<Void> closing = Background.run(this.server::close);
		await().until(() -> clients.stream().anyMatch(StreamClient::hasEnded));
		StreamClient newcomer = StreamClient.open(this.server.uri("/events/messages"));
		this.open.add(newcomer);
		assertThat(newcomer.head().statusCode()).isEqualTo(200);
		assertThat(newcomer.awaitEnd().reconnectionTime()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6));
		assertThat(clients).anyMatch((client) -> !client.hasEnded());
		closing.get();
	}

	@ParameterizedTest
	@EachContainer
	void stalledClientsDoNotHoldUpTheEnd(TestServer.Container container) throws Exception {
		start(container, "eventsource.shutdown.drain=500ms", "eventsource.buffer-size=100000",
				"eventsource.buffer-memory=64MB");
		List<StreamClient> clients = clients(10);
		for (int i = 0; i < 5; i++) {
			this.open.add(RawClient.stalled(this.server.port(), "/events/messages"));
		}
		await().until(() -> this.server.clients("messages") == 15);
		EventChannel messages = this.server.bean(EventChannel.class);
		for (int i = 0; i < 4000; i++) {
			messages.publish("message", "x".repeat(2048));
		}
		await().until(() -> clients.stream().allMatch((client) -> client.count() == 4000));
		long start = System.nanoTime();
		this.server.bean(EventSourceEndpoint.class).drain(Duration.ofMillis(500));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FAR_LESS_THAN_A_PHASE);
		for (StreamClient client : clients) {
			client.awaitEnd();
		}
	}

	@ParameterizedTest
	@EachContainer
	void streamsWorkAgainAfterStopAndStart(TestServer.Container container) throws Exception {
		start(container, "eventsource.shutdown.drain=200ms");
		for (int i = 0; i < 2; i++) {
			StreamClient client = StreamClient.connect(this.server.uri("/events/messages"));
			this.open.add(client);
			this.server.bean(EventChannel.class).publish("message", "round " + i);
			int last = i;
			await().until(() -> client.data().contains("round " + last));
			this.server.context().stop();
			client.awaitEnd();
			this.server.context().start();
		}
	}

	@ParameterizedTest
	@EachContainer
	void personalAndUnnamedStreamsEndToo(TestServer.Container container) throws Exception {
		start(container, "eventsource.shutdown.drain=200ms");
		StreamClient client = StreamClient.connect(this.server.uri("/events/personal"));
		this.open.add(client);
		await().until(() -> client.count() == 1);
		this.server.close();
		client.awaitEnd();
		assertThat(client.reconnectionTime()).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
	}

	/** As is Boot's default, the container finishes the responses that have ended. */
	private void start(TestServer.Container container, String... properties) {
		this.server = TestServer.start(container, Application.class,
				StringUtils.concatenateStringArrays(new String[] { "server.shutdown=graceful" }, properties));
	}

	private List<StreamClient> clients(int count) throws Exception {
		List<StreamClient> clients = IntStream.range(0, count)
			.mapToObj((i) -> StreamClient.open(this.server.uri("/events/messages")))
			.toList();
		this.open.addAll(clients);
		for (StreamClient client : clients) {
			client.head();
		}
		return clients;
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		PersonalStream personal() {
			return (client) -> Flux.concat(Flux.just(Event.of("hello")), Flux.never());
		}

	}

}
