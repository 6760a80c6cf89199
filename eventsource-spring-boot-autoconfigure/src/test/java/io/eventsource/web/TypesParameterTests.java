package io.eventsource.web;

import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.EventChannel;
import io.eventsource.web.TestServer.Container;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that ask for some types of event only, on each container.
 */
class TypesParameterTests {

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientGetsTheTypesThatItAsksFor(Container container) throws Exception {
		start(container);
		assertThat(received("?types=a")).containsExactly("a");
		assertThat(received("?types=a,b")).containsExactly("a", "b");
		assertThat(received("?types=a&types=b")).containsExactly("a", "b");
		assertThat(received("?types=%20b%20,,message,b,")).containsExactly("b", "message");
		assertThat(received("?types=%C3%A9")).containsExactly("\u00e9");
		assertThat(received("?types=unknown,A")).isEmpty();
	}

	@ParameterizedTest
	@EachContainer
	void clientThatAsksForNothingGetsAll(Container container) throws Exception {
		start(container);
		for (String query : List.of("", "?types", "?types=", "?types=,%20,", "?type=a")) {
			assertThat(received(query)).as(query).containsExactly("a", "b", "message", "\u00e9");
		}
	}

	@ParameterizedTest
	@EachContainer
	void typesApplyToReplayAsWellAndAGapIsToldAnyway(Container container) throws Exception {
		start(container, "eventsource.initial-replay=10");
		received("");
		try (StreamClient late = open("messages", "?types=b&lastEventId=unknown")) {
			await().until(() -> late.count() == 2);
			assertThat(late.data()).containsExactly("{\"cause\":\"unknown\"}", "b");
		}
	}

	@ParameterizedTest
	@EachContainer
	void parameterMayBeRenamedAndSwitchedOff(Container container) throws Exception {
		start(container, "eventsource.types-parameter=", "eventsource.streams.other.types-parameter=only");
		assertThat(received("?types=a")).hasSize(4);
		assertThat(received("?=a")).hasSize(4);
		try (StreamClient renamed = open("other", "?only=b"); StreamClient usual = open("other", "?types=b")) {
			await().until(() -> this.server.clients("other") == 2);
			publish("other");
			await().until(() -> usual.count() == 4);
			await().until(() -> renamed.count() == 1);
			assertThat(renamed.data()).containsExactly("b");
		}
	}

	@ParameterizedTest
	@EachContainer
	void moreTypesThanAnybodyMeansAreNoError(Container container) throws Exception {
		start(container);
		String many = String.join(",", IntStream.range(0, 500).mapToObj((i) -> "t" + i).toList());
		assertThat(received("?types=a," + many)).containsExactly("a");
	}

	@ParameterizedTest
	@EachContainer
	void parameterThatCannotBeDecodedIsNoError(Container container) throws Exception {
		start(container);
		try (RawClient client = RawClient.send(this.server.port(),
				"GET /events/messages?types=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
			assertThat(client.readUntil("retry: 3000\n")).startsWith("HTTP/1.1 200");
		}
	}

	/**
	 * What a new client gets of four types of event.
	 */
	private List<String> received(String query) throws Exception {
		try (StreamClient client = open("messages", query)) {
			await().until(() -> this.server.clients("messages") == 1);
			long published = this.server.snapshot("messages").published();
			publish("messages");
			await().until(() -> this.server.snapshot("messages").published() == published + 4);
			EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
			await().until(() -> endpoint.clients("messages").stream().allMatch((each) -> each.lag() == 0));
			endpoint.disconnect((each) -> true);
			return client.awaitEnd().data();
		}
	}

	private void start(Container container, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
	}

	private StreamClient open(String stream, String query) throws Exception {
		return StreamClient.connect(this.server.uri("/events/" + stream + query));
	}

	private void publish(String stream) {
		EventChannel channel = this.server.bean(stream, EventChannel.class);
		List.of("a", "b", "message", "\u00e9").forEach((type) -> channel.publish(type, type));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		EventChannel other() {
			return EventChannel.create();
		}

	}

}
