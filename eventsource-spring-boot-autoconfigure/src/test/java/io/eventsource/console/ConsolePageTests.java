package io.eventsource.console;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

import io.eventsource.EventTopics;
import io.eventsource.clients.Chromium;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.eventsource.web.TestServer.Container;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page of the console in a real browser.
 */
class ConsolePageTests {

	/** What becomes markup, or script, if a page is careless. */
	private static final String HOSTILE = "<img src=x onerror=\"document.title='gone'\"><script>document.title='gone'"
			+ "</script>'\"&lt;{{7*7}}${7*7}javascript:alert(1)";

	private static TestServer server;

	private static Chromium browser;

	@BeforeAll
	static void start(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		server = TestServer.start(Container.TOMCAT, ConsoleApplication.class, "server.servlet.context-path=/app",
				"eventsource.console.enabled=true", "eventsource.console.access=local",
				"eventsource.console.actions=disconnect,stop,publish",
				"eventsource.streams.rooms.topics-per-connection=4", "eventsource.retry=50ms");
		browser = new Chromium(profile);
	}

	@AfterAll
	static void stop() {
		if (browser != null) {
			browser.close();
		}
		server.close();
	}

	@Test
	void showsStreamsAndPublishesDisconnectsAndStops() throws Exception {
		show("stream=messages");
		try (StreamClient client = StreamClient.connect(server.uri("/app/events/messages"))) {
			awaitText("#clients tbody", "127.0.0.1");
			fill("#publish-form [name=type]", "note");
			fill("#publish-form [name=data]", HOSTILE);
			press("#publish-form button");
			await().until(() -> client.data().contains(HOSTILE));
			awaitText("#published", "Published at");
			press("#clients tbody button");
			client.awaitEnd();
		}
		awaitText("#clients-count", "0 clients");
		press("#stop");
		awaitText("#streams tbody .current", "completed");
		fill("#publish-form [name=data]", "too late");
		press("#open");
		awaitText("#connection", "204");
		assertClean();
	}

	@Test
	void followsSeveralTopicsOfCertainTypesAfterAnId() {
		EventTopics rooms = server.bean(EventTopics.class);
		show("stream=rooms&topic=Lobby&topic=%3Cb%3EKitchen");
		await().until(() -> text("#command").contains("/app/events/rooms?topic=Lobby&topic=%3Cb%3EKitchen"));
		fill("#open-form [name=types]", "message,gap");
		fill("#open-form [name=lastEventId]", "unknown é ✓");
		press("#open");
		awaitText("#events", "gap");
		rooms.publish("Lobby", "note", "not asked for");
		rooms.publish("<b>Kitchen", "message", HOSTILE);
		rooms.publish("Lobby", "message", "first\n\nthird line");
		await().until(() -> list("#events .event pre").containsAll(List.of(HOSTILE, "first\n\nthird line")));
		assertThat(list("#events .event b")).startsWith("message", "message").doesNotContain("note");
		server.bean(EventSourceEndpoint.class).disconnect((client) -> client.stream().equals("rooms"));
		await().until(() -> list("#events .retry").size() == 2);
		rooms.publish("Lobby", "message", "after the break");
		await().until(() -> list("#events .event pre").contains("after the break"));
		assertThat(list("#events .event pre").stream().filter(HOSTILE::equals)).hasSize(1);
		awaitText("#topics tbody", "<b>Kitchen");
		assertClean();
	}

	@Test
	void saysWhatAnEventSourceWouldNot() {
		show("stream=greetings");
		press("#open");
		awaitText("#events", "hello");
		awaitText("#connection", "Open (200)");
		press("#open");
		awaitText("#connection", "Closed");
		browser.run("history.replaceState(null, '', '#stream=none'); dispatchEvent(new Event('hashchange'))");
		await().until(() -> Boolean.TRUE.equals(browser.run("return document.getElementById('selected').hidden")));
		assertClean();
	}

	/** No stylesheet or script was refused, nothing became markup, nothing failed. */
	private void assertClean() {
		assertThat(browser.run("return document.title")).isEqualTo("Event streams");
		assertThat(browser.run("return document.querySelectorAll('main img, main script, main b b, tbody b').length"))
			.isEqualTo(0L);
		assertThat(browser.run("return window.failures ?? []")).isEqualTo(List.of());
		assertThat(browser.run("return getComputedStyle(document.body).margin")).isEqualTo("0px");
		assertThat(browser.run("return performance.getEntriesByType('resource').map((each) => new URL(each.name).host)"
				+ ".filter((host) => host !== location.host)"))
			.isEqualTo(List.of());
	}

	private void show(String fragment) {
		browser.show(URI.create("about:blank"));
		browser.show(URI.create("http://localhost:" + server.port() + "/app/eventsource-console/#" + fragment));
		browser.run("window.failures = []; addEventListener('error', (event) => failures.push(String(event.message)));"
				+ "addEventListener('unhandledrejection', (event) => failures.push(String(event.reason)));"
				+ "addEventListener('securitypolicyviolation', (event) => failures.push(event.violatedDirective));"
				+ "window.confirm = () => true");
		awaitText("#state", "live");
		awaitText("#stream-name", fragment.replaceAll("stream=(\\w+).*", "$1"));
	}

	private void fill(String selector, String text) {
		browser.run("const field = document.querySelector(arguments[0]); field.value = arguments[1];"
				+ "field.dispatchEvent(new Event('input', { bubbles: true }))", selector, text);
	}

	private void press(String selector) {
		browser.run("document.querySelector(arguments[0]).click()", selector);
	}

	private String text(String selector) {
		return (String) browser.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector);
	}

	@SuppressWarnings("unchecked")
	private List<String> list(String selector) {
		return (List<String>) browser
			.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)", selector);
	}

	private void awaitText(String selector, String text) {
		await().until(() -> text(selector), (shown) -> shown.contains(text));
	}

}
