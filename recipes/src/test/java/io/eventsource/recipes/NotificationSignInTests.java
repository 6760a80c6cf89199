package io.eventsource.recipes;

import java.net.CookieManager;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.eventsource.EventTopics;
import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Notifications for users who sign in by the form of Spring Security, as Spring Boot
 * configures it by default.
 */
class NotificationSignInTests {

	private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]* value=\"([^\"]+)\"");

	private static Server server;

	private static NotificationStore notifications;

	@BeforeAll
	static void startServer() {
		server = Server.startSecured(List.of(NotificationStore.class, Application.class),
				"spring.datasource.generate-unique-name=true", "eventsource.streams.notifications.topic=principal",
				"eventsource.heartbeat=100ms");
		notifications = server.bean(NotificationStore.class);
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@Test
	void tabsOfAUserShareOneTopicAndNobodyElseSeesIt() throws Exception {
		Browser alice = new Browser("alice");
		Browser bob = new Browser("bob");
		try (Stream<String> one = alice.open(null);
				Stream<String> two = alice.open(null);
				Stream<String> three = new Browser("alice").open(null);
				Stream<String> his = bob.open(null)) {
			await().until(() -> clients("alice") == 3 && clients("bob") == 1);
			notifications.send("alice", "for alice");
			notifications.send("bob", "for bob");
			notifications.send("alice", "again");
			for (Stream<String> tab : List.of(one, two, three)) {
				assertThat(Server.read(tab, "data", 2)).containsExactly("for alice", "again");
			}
			notifications.send("bob", "last");
			assertThat(Server.read(his, "data", 2)).containsExactly("for bob", "last");
		}
	}

	@Test
	void tabThatComesBackGetsTheRestAndOnlyToItsUser() throws Exception {
		Browser carol = new Browser("carol");
		String id;
		try (Stream<String> tab = carol.open(null)) {
			await().until(() -> clients("carol") == 1);
			notifications.send("carol", "seen");
			id = Server.read(tab.takeWhile((line) -> !line.equals("data: seen")), "id", 9).get(1);
		}
		notifications.send("carol", "missed");
		try (Stream<String> tab = carol.open(id); Stream<String> other = new Browser("dave").open(id)) {
			assertThat(Server.read(tab, "data", 1)).containsExactly("missed");
			assertThat(Server.read(other, "event", 1)).containsExactly("gap");
		}
	}

	@Test
	void signingOutEndsTheStreamsOfTheSessionAlone() throws Exception {
		Browser here = new Browser("erin");
		Browser there = new Browser("erin");
		try (Stream<String> tab = here.open(null); Stream<String> other = there.open(null)) {
			await().until(() -> clients("erin") == 2);
			here.submit("/logout", "");
			assertThat(tab).noneMatch((line) -> line.startsWith("data"));
			assertThat(here.request(null).statusCode()).isNotEqualTo(200);
			notifications.send("erin", "still there");
			assertThat(Server.read(other, "data", 1)).containsExactly("still there");
		}
	}

	private static int clients(String user) {
		return server.bean(EventSourceEndpoint.class).clients("notifications", user).size();
	}

	/** The session of a user, with any number of tabs. */
	private static final class Browser {

		private final HttpClient http = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

		Browser(String user) throws Exception {
			submit("/login", "username=" + user + "&password=" + Server.PASSWORD);
		}

		/** Submits the form of a page. */
		private void submit(String page, String fields) throws Exception {
			String html = this.http
				.send(server.request(page).header("Accept", "text/html").build(), BodyHandlers.ofString())
				.body();
			Matcher csrf = CSRF.matcher(html);
			assertThat(csrf.find()).as(html).isTrue();
			String token = URLEncoder.encode(csrf.group(1), StandardCharsets.UTF_8);
			HttpResponse<Void> response = this.http.send(server.request(page)
				.header("Accept", "text/html")
				.header("Content-Type", "application/x-www-form-urlencoded")
				.POST(BodyPublishers.ofString(fields + "&_csrf=" + token))
				.build(), BodyHandlers.discarding());
			assertThat(response.statusCode()).isEqualTo(302);
			assertThat(response.headers().firstValue("Location").orElseThrow()).doesNotContain("error");
		}

		private Stream<String> open(String lastEventId) throws Exception {
			HttpResponse<Stream<String>> response = request(lastEventId);
			assertThat(response.statusCode()).isEqualTo(200);
			return response.body();
		}

		private HttpResponse<Stream<String>> request(String lastEventId) throws Exception {
			HttpRequest.Builder request = server.request("/events/notifications").header("Accept", "text/event-stream");
			if (lastEventId != null) {
				request.header("Last-Event-ID", lastEventId);
			}
			return this.http.send(request.build(), BodyHandlers.ofLines());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventTopics notifications() {
			return EventTopics.create();
		}

	}

}
