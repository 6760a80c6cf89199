package io.eventsource.recipes;

import java.util.List;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class RemoteQuotesTests {

	private Server remote;

	private Server server;

	@BeforeEach
	void startServers() {
		this.remote = Server.start(List.of(Remote.class), "eventsource.heartbeat=100ms");
		this.server = Server.start(List.of(RemoteQuotes.class),
				"quotes.url=http://127.0.0.1:" + this.remote.port() + "/events");
	}

	@AfterEach
	void stopServers() {
		this.server.close();
		this.remote.close();
	}

	@Test
	void eventsKeepTheirIdTypeAndLines() throws Exception {
		try (Stream<String> lines = connect()) {
			publish("q1", "to be\nor not");
			// Where the stream begins, and heartbeats, are none of the events
			assertThat(lines.filter((line) -> !line.matches("(retry: .*|.*~.*|:.*|)")).limit(4))
				.containsExactly("id: q1", "event: quote", "data: to be", "data: or not");
		}
	}

	@Test
	void nothingIsLostWhenTheRemoteServerEndsTheConnection() throws Exception {
		try (Stream<String> lines = connect()) {
			publish("q1", "before");
			assertThat(lines.filter((line) -> line.equals("data: before")).findFirst()).isPresent();
		}
		assertThat(this.remote.bean(EventSourceEndpoint.class).disconnect((client) -> true)).isEqualTo(1);
		publish("q2", "meanwhile");
		await().until(() -> this.remote.clients("remote") == 1);
		publish("q3", "after");
		try (Stream<String> lines = this.server.connect("quotes", "q1")) {
			assertThat(Server.read(lines, "data", 2)).containsExactly("meanwhile", "after");
		}
	}

	@Test
	void endOfTheRemoteStreamIsTheEndHereToo() throws Exception {
		try (Stream<String> lines = connect()) {
			publish("q1", "last");
			this.remote.bean(EventChannel.class).complete();
			assertThat(lines).contains("data: last");
		}
	}

	private Stream<String> connect() throws Exception {
		Stream<String> lines = this.server.connect("quotes");
		await().until(() -> this.remote.clients("remote") == 1);
		return lines;
	}

	private void publish(String id, String text) {
		this.remote.bean(EventChannel.class).publish(Event.builder().id(id).type("quote").data(text).build());
	}

	@Configuration(proxyBeanMethods = false)
	static class Remote {

		@Bean
		EventChannel remote() {
			return EventChannel.create();
		}

	}

}
