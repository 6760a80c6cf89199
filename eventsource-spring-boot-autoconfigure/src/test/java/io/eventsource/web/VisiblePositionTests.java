package io.eventsource.web;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStreamReader.Received;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * What a page sees of its position in a stream, where heartbeats are events: enough to
 * open another connection that goes on where the first one stopped, or to know that there
 * is nothing more to come.
 */
class VisiblePositionTests {

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void pageThatHasSeenNoEventMissesNone(TestServer.Container container) throws Exception {
		start(container);
		String position;
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/quiet"))) {
			await().until(() -> client.count() == 1);
			assertThat(client.events()).extracting(Received::type, Received::data).containsExactly(tuple("ping", ""));
			position = client.events().get(0).lastEventId();
			assertThat(position).endsWith("~0");
		}
		this.server.bean(EventChannel.class).publish(Event.of("meanwhile"));
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/quiet?lastEventId=" + position))) {
			await().until(() -> client.count() == 1);
			assertThat(client.data()).containsExactly("meanwhile");
		}
	}

	@ParameterizedTest
	@EachContainer
	void pageSeesThatAStreamOfItsOwnIsOver(TestServer.Container container) throws Exception {
		start(container);
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/own")).awaitEnd()) {
			assertThat(client.events()).extracting(Received::type).containsExactly("message", "ping");
			assertThat(client.events()).last()
				.extracting(Received::lastEventId)
				.asString()
				.endsWith(Event.END_OF_STREAM);
		}
	}

	private void start(TestServer.Container container) {
		this.server = TestServer.start(container, Streams.class, "eventsource.heartbeat-event=ping",
				"eventsource.heartbeat=1h", "eventsource.streams.own.subscription=per-client");
	}

	@Configuration(proxyBeanMethods = false)
	static class Streams {

		@Bean
		EventChannel quiet() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> own() {
			return Flux.just(Event.of("all"));
		}

	}

}
