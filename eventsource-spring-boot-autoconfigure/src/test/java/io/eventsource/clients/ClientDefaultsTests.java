package io.eventsource.clients;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.FaultEvent;
import com.launchdarkly.eventsource.StartedEvent;
import com.launchdarkly.eventsource.StreamClosedByServerException;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What clients do as long as nobody tells them better: the reasons for what
 * {@code docs/clients.md} advises.
 */
class ClientDefaultsTests {

	private static Programs programs;

	private TestServer server;

	@BeforeAll
	static void prepare(@TempDir(cleanup = CleanupMode.NEVER) Path folder) {
		programs = new Programs(folder);
	}

	@AfterAll
	static void endPrograms() {
		programs.close();
	}

	@BeforeEach
	void start() {
		this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class, "eventsource.retry=50ms",
				"spring.web.resources.static-locations=" + Programs.CLIENTS.toUri());
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void okHttpEventSourceEndsWithTheFirstConnection() throws Exception {
		try (EventSource source = new EventSource.Builder(this.server.uri("/events/messages")).build()) {
			source.start();
			publish("a");
			assertThat(source.readMessage().getData()).isEqualTo("a");
			this.server.bean(EventSourceEndpoint.class).disconnect((client) -> true);
			assertThatExceptionOfType(StreamClosedByServerException.class).isThrownBy(source::readMessage);
		}
	}

	@Test
	void okHttpEventSourceThatGoesOnComesBackAfter204() throws Exception {
		try (EventSource source = new EventSource.Builder(ConnectStrategy.http(endOfTheStream()))
			.errorStrategy(ErrorStrategy.alwaysContinue())
			.retryDelay(50, null)
			.build()) {
			for (int i = 0; i < 3; i++) {
				assertThat(source.readAnyEvent()).isInstanceOf(StartedEvent.class);
				assertThat(source.readAnyEvent()).isInstanceOf(FaultEvent.class);
			}
		}
		await().untilAsserted(() -> assertThat(answers()).startsWith(200, 204, 204, 204));
	}

	@Test
	void okHttpEventSourceGivesUpOnASilentServerBeforeAHeartbeatComes() throws Exception {
		try (EventSource source = new EventSource.Builder(ConnectStrategy.http(this.server.uri("/events/messages")))
			.errorStrategy(ErrorStrategy.alwaysContinue())
			.build()) {
			assertThat(source.readAnyEvent()).isInstanceOf(StartedEvent.class);
			assertThat(source.readAnyEvent()).isInstanceOf(FaultEvent.class);
		}
	}

	@Test
	void fetchEventSourceIsDoneAtTheEndOfTheResponse() throws Exception {
		ClientKind.FETCH_EVENT_SOURCE.assumeInstalled();
		try (Client client = programs.chromium()
			.follow("fetch-event-source-plain", this.server.uri("/events/messages"), List.of())) {
			EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
			await().until(() -> endpoint.clients("messages").size() == 1);
			endpoint.disconnect((connection) -> true);
			await().until(() -> client.seen().stopped());
		}
		await().untilAsserted(() -> assertThat(answers()).containsExactly(200));
	}

	@Test
	void fetchEventSourceComesBackAfter204() throws Exception {
		ClientKind.FETCH_EVENT_SOURCE.assumeInstalled();
		try (Client client = programs.chromium().follow("fetch-event-source-plain", endOfTheStream(), List.of())) {
			await().untilAsserted(() -> assertThat(answers()).startsWith(200, 204, 204));
			assertThat(client.seen().stopped()).isFalse();
		}
	}

	/**
	 * Ends the stream, and tells where a client that has all of it finds 204.
	 */
	private URI endOfTheStream() throws Exception {
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/messages"))) {
			publish("a");
			this.server.bean(EventSourceEndpoint.class).stop("messages");
			return this.server.uri("/events/messages?lastEventId=" + client.awaitEnd().lastEventId());
		}
	}

	private void publish(String data) {
		this.server.bean(EventChannel.class).publish(Event.of(data));
	}

	private List<Integer> answers() {
		return this.server.bean(Answers.class).to("messages");
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Answers answers() {
			return new Answers();
		}

	}

}
