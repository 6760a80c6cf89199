package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.PersonalStream;
import io.eventsource.StreamListener;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
 * Two applications in one process have nothing to do with each other: each ends without
 * the other's clients noticing, and leaves nothing behind.
 */
@ExtendWith(OutputCaptureExtension.class)
class EmbeddingTests {

	private static final List<String> PATHS = List.of("/events/messages", "/events/ticks", "/events/personal", "/own");

	private static final int CLIENTS = 5 * PATHS.size();

	private final Set<Thread> before = threads();

	private final List<TestServer> servers = new ArrayList<>();

	private final Map<TestServer, Listener> listeners = new HashMap<>();

	private final List<StreamClient> clients = new ArrayList<>();

	@AfterEach
	void stop() {
		this.clients.forEach(StreamClient::close);
		this.servers.forEach(TestServer::close);
	}

	@ParameterizedTest
	@CsvSource({ "TOMCAT, TOMCAT", "JETTY, JETTY" })
	void applicationEndsWithoutTheClientsOfTheOtherNoticing(TestServer.Container one, TestServer.Container other,
			CapturedOutput output) throws Exception {
		TestServer first = start(one);
		TestServer second = start(other);
		List<StreamClient> leaving = connect(first);
		List<StreamClient> staying = connect(second);
		first.bean("messages", EventChannel.class).publish("message", "to the first");
		second.bean("messages", EventChannel.class).publish("message", "to the second");
		assertMessages(leaving, "to the first");
		assertMessages(staying, "to the second");
		assertCounted(first);
		assertCounted(second);

		first.close();
		assertCleanEnd(leaving);
		assertThat(staying).noneMatch(StreamClient::hasEnded);
		second.bean("messages", EventChannel.class).publish("message", "still there");
		assertMessages(staying, "to the second", "still there");
		int seen = staying.get(1).count();
		await().until(() -> staying.get(1).count() > seen + 1);
		assertThat(StreamClient.connect(second.uri("/events/personal")).head().statusCode()).isEqualTo(200);

		second.close();
		assertCleanEnd(staying);
		assertClosedOnce(first, CLIENTS);
		assertClosedOnce(second, CLIENTS + 1);
		assertNothingLeft(output);
	}

	@Test
	void applicationsEndAtTheSameTime(CapturedOutput output) throws Exception {
		TestServer first = start(TestServer.Container.TOMCAT);
		TestServer second = start(TestServer.Container.JETTY);
		List<StreamClient> all = new ArrayList<>(connect(first));
		all.addAll(connect(second));
		Thread closing = new Thread(first::close, "closing");
		closing.start();
		second.close();
		closing.join();
		assertCleanEnd(all);
		assertClosedOnce(first, CLIENTS);
		assertClosedOnce(second, CLIENTS);
		assertNothingLeft(output);
	}

	@Test
	void applicationIsStartedAgainInTheSameProcess(CapturedOutput output) throws Exception {
		for (TestServer.Container container : TestServer.containers()) {
			TestServer server = start(container);
			List<StreamClient> all = connect(server);
			server.bean("messages", EventChannel.class).publish(Event.of("open", "once"));
			assertMessages(all, "once");
			server.close();
			assertCleanEnd(all);
		}
		assertThat(output.getAll().split("An event has the type 'open'", -1)).as("each is told").hasSize(3);
		assertThat(leftThreads()).isEmpty();
	}

	private TestServer start(TestServer.Container container) {
		TestServer server = TestServer.start(container, Application.class, "eventsource.shutdown.drain=1s",
				"server.shutdown=graceful", "management.endpoints.web.exposure.include=*");
		this.servers.add(server);
		this.listeners.put(server, server.bean(Listener.class));
		return server;
	}

	private List<StreamClient> connect(TestServer server) throws Exception {
		List<StreamClient> opened = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			StreamClient client = StreamClient.open(server.uri(PATHS.get(i % PATHS.size())));
			opened.add(client);
			this.clients.add(client);
		}
		for (int i = 0; i < CLIENTS; i++) {
			StreamClient client = opened.get(i);
			assertThat(client.head().statusCode()).isEqualTo(200);
			if (i % PATHS.size() > 0) {
				await().until(() -> client.count() > 0);
			}
		}
		assertThat(opened.stream().map(StreamClient::reconnectionTime)).containsOnly(Duration.ofSeconds(3));
		return opened;
	}

	private static void assertMessages(List<StreamClient> clients, String... expected) {
		for (int i = 0; i < CLIENTS; i += PATHS.size()) {
			StreamClient client = clients.get(i);
			await().untilAsserted(() -> assertThat(client.data()).containsExactly(expected));
		}
	}

	private static void assertCounted(TestServer server) {
		MeterRegistry registry = server.bean(MeterRegistry.class);
		for (String stream : List.of("messages", "ticks", "personal")) {
			assertThat(registry.get("eventsource.clients").tag("stream", stream).gauge().value()).isEqualTo(5);
		}
		assertThat(registry.get("eventsource.events.published").tag("stream", "messages").functionCounter().count())
			.isEqualTo(1);
	}

	private static void assertCleanEnd(List<StreamClient> clients) throws Exception {
		for (StreamClient client : clients) {
			client.awaitEnd();
			assertThat(client.reconnectionTime()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6));
		}
		assertThat(clients.stream().map(StreamClient::reconnectionTime).distinct()).hasSizeGreaterThan(CLIENTS / 2);
	}

	private void assertClosedOnce(TestServer server, int clients) {
		assertThat(this.listeners.get(server).closed).hasSize(clients).doesNotHaveDuplicates();
	}

	private void assertNothingLeft(CapturedOutput output) {
		assertThat(leftThreads()).isEmpty();
		assertThat(output).doesNotContain(" WARN ", " ERROR ", "\tat ");
	}

	private Set<Thread> leftThreads() {
		Set<Thread> threads = threads();
		threads.removeAll(this.before);
		return threads;
	}

	private static Set<Thread> threads() {
		Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
		threads.removeIf((thread) -> !thread.getName().startsWith("eventsource-"));
		return threads;
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		EventChannel ticks() {
			return EventChannel.create();
		}

		@Bean(destroyMethod = "shutdownNow")
		ScheduledExecutorService ticker(EventChannel ticks) {
			ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
			ticker.scheduleAtFixedRate(() -> ticks.publish("tick", "tack"), 50, 50, TimeUnit.MILLISECONDS);
			return ticker;
		}

		@Bean
		PersonalStream personal() {
			return (client) -> Flux.concat(Flux.just(Event.of("hello")), Flux.never());
		}

		@Bean
		Listener listener() {
			return new Listener();
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint) {
			return new Routes(endpoint);
		}

	}

	/**
	 * Keeps who has gone.
	 */
	static class Listener implements StreamListener {

		final List<String> closed = new CopyOnWriteArrayList<>();

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			this.closed.add(client.id());
		}

	}

	/**
	 * A stream of a controller.
	 */
	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		Routes(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/own")
		@Nullable SseEmitter own(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(Flux.concat(Flux.just("hello"), Flux.never()), request, response);
		}

	}

}
