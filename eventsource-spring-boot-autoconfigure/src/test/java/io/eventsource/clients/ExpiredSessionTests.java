package io.eventsource.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.pages.JavaCode;
import io.eventsource.pages.Page;
import io.eventsource.pages.Surroundings;
import io.eventsource.web.TestServer;
import jakarta.servlet.http.HttpSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A browser whose session expires while it follows a stream, with the code that
 * docs/security.md shows for that: the application's and the page's.
 */
class ExpiredSessionTests {

	private static final Page SECURITY = Page.of("docs/security.md");

	private static final String SIGN_IN = """
			document.querySelector('[name=username]').value = 'alice';
			document.querySelector('[name=password]').value = 'alice';
			document.querySelector('form').submit();
			""";

	/** As another tab would do, with the cookies that all tabs share. */
	private static final String SIGN_IN_ELSEWHERE = """
			const text = await (await fetch('/login')).text();
			const form = new DOMParser().parseFromString(text, 'text/html').querySelector('form');
			const fields = new URLSearchParams(new FormData(form));
			fields.set('username', 'alice');
			fields.set('password', 'alice');
			return (await fetch('/login', { method: 'POST', body: fields })).status;
			""";

	@TempDir
	private static Path folder;

	private static Programs programs;

	private TestServer server;

	private Chromium browser;

	@BeforeAll
	static void prepare() throws Exception {
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
	void pageIsAskedToSignInAndTheStreamGoesOnByItself(TestServer.Container container) throws Exception {
		follow(container, "this::askToSignIn", "'sign-in'");
		expire();
		await().until(() -> number("asked") > 0);
		publish("missed");
		await().until(() -> number("asked") > 1);
		assertThat(shown()).isEqualTo(List.of("first"));
		assertThat(number("source.readyState")).isNotEqualTo(2);
		assertThat(this.browser.run(SIGN_IN_ELSEWHERE)).isEqualTo(200L);
		await().until(() -> shown().equals(List.of("first", "missed")));
		publish("last");
		await().until(() -> shown().equals(List.of("first", "missed", "last")));
	}

	@ParameterizedTest
	@EnumSource
	void pageLearnsFrom401ThatItsStreamIsClosed(TestServer.Container container) throws Exception {
		follow(container, "HttpStatusEntryPoint", "readyState");
		assertThat(number("asked")).isZero();
		expire();
		await().until(() -> number("asked") == 1);
		assertThat(number("source.readyState")).isEqualTo(2);
	}

	@Test
	void formLoginByItselfStopsTheStreamForGood() throws Exception {
		follow(TestServer.Container.TOMCAT, null, "readyState");
		expire();
		await().until(() -> number("asked") == 1);
		assertThat(number("source.readyState")).isEqualTo(2);
		assertThat(this.browser.run(SIGN_IN_ELSEWHERE)).isEqualTo(200L);
		assertThat(number("source.readyState")).isEqualTo(2);
	}

	@Test
	void nobodyIsSentToAStreamAfterSigningIn() throws Exception {
		follow(TestServer.Container.TOMCAT, null, "readyState");
		expire();
		await().until(() -> number("asked") == 1);
		this.browser.show(this.server.uri("/login"));
		this.browser.run(SIGN_IN);
		await().until(() -> "/".equals(this.browser.run("return location.pathname")));
	}

	/**
	 * Lets a user sign in and follow a stream.
	 * @param rules a part of the security rules on the page; {@code null} for those that
	 * Spring Boot has by itself
	 * @param script a part of the script on the page
	 */
	private void follow(TestServer.Container container, String rules, String script) throws Exception {
		Class<?> application = (rules != null) ? JavaCode.load(Files.createTempDirectory(folder, "classes"), """
				package com.example.sessions;

				%s
				@Configuration(proxyBeanMethods = false)
				@Import(io.eventsource.clients.SessionApplication.class)
				public class SecuredApplication {
				%s
				}
				""".formatted(Surroundings.imports(), SECURITY.code(rules))) : SessionApplication.class;
		this.server = TestServer.start(container, application, "eventsource.retry=100ms",
				TestServer.without(TestServer.DATABASE));
		this.browser = programs.chromium();
		this.browser.show(this.server.uri("/"));
		this.browser.run(SIGN_IN);
		await().until(() -> "Page".equals(this.browser.run("return document.title")));
		this.browser.run("""
				window.shown = [];
				window.asked = 0;
				window.show = (data) => shown.push(data);
				window.askToSignIn = () => asked++;
				""" + SECURITY.code("EventSource('/events/messages')", script) + "window.source = source");
		await().until(() -> this.server.clients("messages") == 1);
		publish("first");
		await().until(() -> shown().equals(List.of("first")));
	}

	private void expire() {
		Queue<HttpSession> sessions = this.server.bean(SessionApplication.class).sessions();
		sessions.forEach((session) -> {
			try {
				session.invalidate();
			}
			catch (IllegalStateException ex) {
				// Is one from before the login
			}
		});
	}

	private Object shown() {
		return this.browser.run("return window.shown");
	}

	private int number(String variable) {
		return ((Number) this.browser.run("return window." + variable)).intValue();
	}

	private void publish(String data) {
		this.server.bean(EventChannel.class).publish(Event.of(data));
	}

}
