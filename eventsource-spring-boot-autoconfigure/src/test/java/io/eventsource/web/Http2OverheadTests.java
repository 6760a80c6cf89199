package io.eventsource.web;

import java.io.IOException;
import java.util.Arrays;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Pages that open and close streams on a connection of HTTP/2, and clients that only seem
 * to, on each container.
 */
class Http2OverheadTests {

	private static final int WINDOW = 1_000_000;

	private TestServer server;

	private RawHttp2 client;

	@AfterEach
	void stop() throws IOException {
		if (this.client != null) {
			this.client.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void streamsThatAreOpenedAndClosedLeaveTheOthersAlone(TestServer.Container container) throws Exception {
		start(container);
		int stays = this.client.get("/events/messages");
		this.client.readUntil(stays, "retry:");
		// Jetty allows 128 frames that are overhead a second
		for (int i = 0; i < 40; i++) {
			int goes = this.client.get("/events/messages");
			// What Chromium says of each request, beside
			this.client.prioritize(goes);
			this.client.readUntil(goes, "retry:");
			this.client.reset(goes);
		}
		this.server.bean(EventChannel.class).publish(Event.of("still here"));
		assertThat(this.client.readUntil(stays, "still here")).contains("data: still here");
	}

	@ParameterizedTest
	@EachContainer
	void manyStreamsMayBeClosedAtOnce(TestServer.Container container) throws Exception {
		start(container);
		int stays = this.client.get("/events/messages");
		this.client.readUntil(stays, "retry:");
		int[] tab = new int[60];
		for (int i = 0; i < tab.length; i++) {
			tab[i] = this.client.get("/events/messages");
			this.client.prioritize(tab[i]);
			this.client.readUntil(tab[i], "retry:");
		}
		for (int stream : tab) {
			this.client.reset(stream);
		}
		this.server.bean(EventChannel.class).publish(Event.of("still here"));
		assertThat(this.client.readUntil(stays, "still here")).contains("data: still here");
	}

	@ParameterizedTest
	@EachContainer
	void whoTakesBackRequestsBeforeTheyAreAnsweredIsSentAway(TestServer.Container container) throws Exception {
		start(container);
		assertThatException().isThrownBy(() -> {
			for (int i = 0; i < 2000; i++) {
				this.client.reset(this.client.get("/events/messages"));
			}
			RawHttp2.Frame frame = this.client.read();
			while (frame != null && frame.type() != RawHttp2.GOAWAY) {
				frame = this.client.read();
			}
			throw new IOException("The connection ended");
		}).isInstanceOf(IOException.class).withMessageNotContaining("timed out");
	}

	@Test
	void applicationMayLeaveTheGuardAsItIs() throws Exception {
		start(TestServer.Container.TOMCAT, "eventsource.tomcat.http2-reset-factor=50");
		assertThatException().isThrownBy(() -> {
			for (int i = 0; i < 200; i++) {
				int goes = this.client.get("/events/messages");
				this.client.prioritize(goes);
				this.client.readUntil(goes, "retry:");
				this.client.reset(goes);
			}
		}).isInstanceOf(IOException.class).withMessageNotContaining("timed out");
	}

	private void start(TestServer.Container container, String... properties) throws IOException {
		String[] all = Arrays.copyOf(properties, properties.length + 1);
		all[properties.length] = "server.http2.enabled=true";
		this.server = TestServer.start(container, Application.class, all);
		this.client = RawHttp2.connect(this.server.port(), false, WINDOW, 65_536);
		this.client.window(0, WINDOW);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

	}

}
