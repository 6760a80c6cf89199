package io.eventsource.clients;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.web.Admission;
import io.eventsource.web.Certificate;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamAdmission;
import io.eventsource.web.StreamRequests;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real browser whose streams share one connection of HTTP/2, or pass a service worker.
 */
class BrowserConnectionTests {

	private static final String FOLLOW = """
			window.seen = [];
			window.opens = 0;
			window.errors = 0;
			window.source = new EventSource('/events/messages');
			window.source.onopen = () => window.opens++;
			window.source.onerror = () => window.errors++;
			window.source.onmessage = (event) => window.seen.push(event.data);
			""";

	private static final String OPEN_AND_CLOSE = """
			window.cycles = 0;
			(async () => {
				for (let i = 0; i < arguments[0]; i++) {
					const other = new EventSource('/events/messages?other=' + i);
					await new Promise((resolve) => { other.onopen = resolve; other.onerror = resolve; });
					other.close();
					window.cycles++;
				}
			})();
			""";

	@TempDir
	private static Path folder;

	private static Programs programs;

	private static Certificate certificate;

	private TestServer server;

	private Chromium browser;

	@BeforeAll
	static void prepare() throws Exception {
		certificate = Certificate.create(folder);
		programs = new Programs(Files.createDirectory(folder.resolve("programs")));
	}

	@AfterAll
	static void quit() {
		programs.close();
	}

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void streamsThatAreOpenedAndClosedLeaveTheOthersOnTheirConnectionAlone(TestServer.Container container)
			throws Exception {
		openPage(container);
		this.browser.run(OPEN_AND_CLOSE, 40);
		await().until(() -> number("cycles") == 40);
		publish("still here");
		await().until(() -> this.browser.run("return window.seen").equals(List.of("still here")));
		assertThat(number("errors")).isZero();
		assertThat(number("opens")).isEqualTo(1);
	}

	@Test
	void tomcatsOwnGuardEndsTheConnection() throws Exception {
		openPage(TestServer.Container.TOMCAT, "eventsource.tomcat.http2-reset-factor=50");
		this.browser.run(OPEN_AND_CLOSE, 40);
		await().until(() -> number("cycles") == 40);
		assertThat(number("errors")).isPositive();
	}

	@Test
	void comesBackAfterItsStreamWasReset() throws Exception {
		openPage(TestServer.Container.TOMCAT);
		publish("a");
		await().until(() -> this.browser.run("return window.seen").equals(List.of("a")));
		this.server.bean(Application.class).resets.remove().accept(new IOException("on purpose"));
		await().until(() -> number("errors") == 1);
		publish("b");
		await().until(() -> this.browser.run("return window.seen").equals(List.of("a", "b")));
		assertThat(number("opens")).isEqualTo(2);
	}

	@Test
	void comesBackAlthoughThereIsAServiceWorkerThatLetsStreamsPass() throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class, "eventsource.retry=100ms");
		this.browser = programs.chromium();
		this.browser.show(this.server.uri("/page"));
		this.browser.run("navigator.serviceWorker.register('/worker.js')");
		// Controls the pages that are opened from now on
		await().until(() -> Boolean.TRUE
			.equals(this.browser.run("return navigator.serviceWorker.ready.then((worker) => !!worker.active)")));
		this.browser.show(this.server.uri("/page"));
		await().until(() -> Boolean.TRUE.equals(this.browser.run("return !!navigator.serviceWorker.controller")));
		this.browser.run(FOLLOW);
		await().until(() -> number("opens") == 1);
		this.server.bean(EventSourceEndpoint.class).disconnect((client) -> true);
		await().until(() -> number("opens") == 2);
		publish("back");
		await().until(() -> this.browser.run("return window.seen").equals(List.of("back")));
	}

	private void openPage(TestServer.Container container, String... properties) throws Exception {
		List<String> all = new ArrayList<>(List.of(properties));
		all.addAll(List.of("server.http2.enabled=true", "eventsource.retry=100ms"));
		all.addAll(List.of(certificate.properties()));
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
		this.browser = programs.chromium();
		this.browser.show(URI.create("https://127.0.0.1:" + this.server.port() + "/page"));
		assertThat(this.browser.run("return performance.getEntriesByType('navigation')[0].nextHopProtocol"))
			.isEqualTo("h2");
		this.browser.run(FOLLOW);
		await().until(() -> number("opens") == 1);
	}

	private int number(String variable) {
		return ((Number) this.browser.run("return window." + variable)).intValue();
	}

	private void publish(String data) {
		this.server.bean(EventChannel.class).publish(Event.of(data));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final Queue<Consumer<Throwable>> resets = new ConcurrentLinkedQueue<>();

		@Bean
		static EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		@SuppressWarnings("unchecked")
		StreamAdmission resets() {
			return (client, request) -> {
				Stream.ofNullable(request.getAttribute(StreamRequests.RESET_ATTRIBUTE))
					.forEach((reset) -> this.resets.add((Consumer<Throwable>) reset));
				return Admission.accept();
			};
		}

		@Bean
		Routes routes() {
			return new Routes();
		}

	}

	@RestController
	static class Routes {

		@GetMapping(path = "/page", produces = MediaType.TEXT_HTML_VALUE)
		String page() {
			return "<!doctype html><title>Page</title><link rel=\"icon\" href=\"data:,\">";
		}

		@GetMapping("/worker.js")
		ResponseEntity<String> worker() throws IOException {
			return ResponseEntity.ok()
				.contentType(MediaType.valueOf("text/javascript"))
				.body(Files.readString(Programs.CLIENTS.resolve("streams-pass.js")));
		}

	}

}
