package io.eventsource.pages;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The uses of docs/topics.md: all code and all settings of the page make one application,
 * which does what the page says.
 */
class TopicsPageTests {

	private static final Page PAGE = Page.of("docs/topics.md");

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final List<StreamClient> open = new ArrayList<>();

	@TempDir
	private Path folder;

	private TestServer server;

	@BeforeEach
	void start() throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, JavaCode.load(this.folder, application()),
				settings());
	}

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		this.server.close();
	}

	@Test
	void membersOfARoomGetItsMessages() throws Exception {
		StreamClient one = connect("/events/rooms/kitchen", "User", "anna");
		StreamClient other = connect("/events/rooms/garden", "User", "anna");
		assertThat(status("GET", "/events/rooms/attic", "anna")).isEqualTo(403);
		post("/say/kitchen", "Hello");
		await().untilAsserted(() -> assertThat(one.data()).containsExactly("Hello"));
		assertThat(other.data()).isEmpty();
	}

	@Test
	void allTabsOfAUserGetTheirNotificationsAndNobodyElse() throws Exception {
		List<StreamClient> tabs = List.of(connect("/events/notifications", "User", "anna"),
				connect("/events/notifications", "User", "anna"));
		StreamClient bob = connect("/events/notifications", "User", "bob");
		assertThat(status("GET", "/events/notifications", "")).isEqualTo(401);
		post("/notify/anna", "You have mail");
		post("/notify/bob", "You have none");
		await().untilAsserted(
				() -> assertThat(tabs).allSatisfy((tab) -> assertThat(tab.data()).containsExactly("You have mail")));
		await().untilAsserted(() -> assertThat(bob.data()).containsExactly("You have none"));
	}

	@Test
	void whoComesToOrdersBeginsWithTheirState() throws Exception {
		post("/order/17", "");
		post("/order/17", "");
		StreamClient client = connect("/events/orders/17");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("{\"id\":\"17\"}"));
		post("/order/17", "");
		await().until(() -> client.count() == 2);
		StreamClient both = connect("/events/orders?topic=17&topic=18");
		await().until(() -> both.count() == 1);
		post("/order/18", "");
		await().untilAsserted(() -> assertThat(both.data()).containsExactly("{\"id\":\"17\"}", "{\"id\":\"18\"}"));
		assertThat(both.lastEventId()).endsWith("_18");
	}

	@Test
	void jobRunsByItselfAndIsOver() throws Exception {
		HttpResponse<String> begun = send("POST", "/imports?file=x", "", "");
		assertThat(begun.statusCode()).isEqualTo(202);
		String job = begun.headers().firstValue("Location").orElseThrow();
		StreamClient client = connect(job);
		await().untilAsserted(() -> assertThat(client.data()).endsWith("100"));
		client.awaitEnd();
		assertThat(status("GET", job + "?lastEventId=" + client.lastEventId(), "")).isEqualTo(204);
		assertThat(status("GET", "/events/imports/unknown", "")).isEqualTo(404);
	}

	@Test
	void answerIsTheSameAfterAReloadAndIsStoppedForAll() throws Exception {
		assertThat(send("POST", "/answers/1", "", "short").body()).contains("data: a\n", "event: done");
		StreamClient reloaded = StreamClient.open(this.server.uri("/events/answers/1"));
		this.open.add(reloaded);
		reloaded.awaitEnd();
		assertThat(reloaded.data()).containsExactly("a", "b", "");
		HttpResponse<InputStream> asked = this.http.send(request("POST", "/answers/2", "", "endless"),
				BodyHandlers.ofInputStream());
		StreamClient other = connect("/events/answers/2");
		await().untilAsserted(() -> assertThat(other.data()).containsExactly("a", "b"));
		assertThat(status("DELETE", "/answers/2", "")).isEqualTo(200);
		other.awaitEnd();
		assertThat(new String(asked.body().readAllBytes(), StandardCharsets.UTF_8)).contains("data: b\n")
			.doesNotContain("done");
	}

	private static String application() {
		return """
				package com.example.topics;

				%s
				@Configuration(proxyBeanMethods = false)
				@RestController
				public class Application {

				@Autowired @Qualifier("rooms") EventTopics rooms;
				@Autowired @Qualifier("notifications") EventTopics notifications;
				@Autowired @Qualifier("orders") EventTopics orders;
				@Autowired @Qualifier("imports") EventTopics imports;
				@Autowired @Qualifier("answers") EventTopics answers;
				@Autowired EventSourceEndpoint endpoint;

				Importer importer = (file) -> Flux.just(50, 100);

				LanguageModel model = (question) -> Flux.just("a", "b")
					.concatWith(question.equals("endless") ? Flux.never() : Flux.empty());

				@Configuration(proxyBeanMethods = false)
				static class Beans {

				%s

				@Bean EventTopics imports() { return EventTopics.create(); }

				@Bean EventTopics answers() { return EventTopics.create(); }

				@Bean Rooms isMember() { return (room, user) -> !room.equals("attic"); }

				@Bean
				jakarta.servlet.Filter users() {
					return (request, response, chain) -> chain.doFilter(
						new HttpServletRequestWrapper((HttpServletRequest) request) {
							@Override
							public Principal getUserPrincipal() {
								String name = getHeader("User");
								return (name == null || name.isEmpty()) ? null : () -> name;
							}
						}, response);
				}

				}

				@PostMapping("/say/{room}")
				void say(@PathVariable String room, @RequestBody String message) {
				%s}

				@PostMapping("/notify/{user}")
				void notify(@PathVariable String user, @RequestBody String text) {
				%s}

				@PostMapping("/order/{id}")
				void change(@PathVariable String id) {
				Order order = new Order(id);
				%s}

				%s

				%s

				record Order(String id) { }

				interface Rooms { boolean isMember(String room, String user); }

				interface Importer { Flux<Integer> run(String file); }

				interface LanguageModel { Flux<String> tokens(String question); }

				}
				""".formatted(Surroundings.imports(),
				PAGE.code("EventTopics rooms(") + PAGE.code("EventTopics notifications(")
						+ PAGE.code("EventTopics orders("),
				PAGE.code("rooms.publish"), PAGE.code("notifications.publish"), PAGE.code("orders.publish"),
				PAGE.code("\"/imports\""), PAGE.code("\"/answers/{id}\""));
	}

	/** All settings of the page together. */
	private static String[] settings() throws IOException {
		List<String> settings = new ArrayList<>();
		for (Page.Block block : PAGE.blocks()) {
			if (block.language().equals("yaml")) {
				for (PropertySource<?> source : new YamlPropertySourceLoader().load("page",
						new ByteArrayResource(block.code().getBytes(StandardCharsets.UTF_8)))) {
					for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
						settings.add(name + "=" + source.getProperty(name));
					}
				}
			}
		}
		return settings.toArray(String[]::new);
	}

	private StreamClient connect(String path, String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), headers);
		this.open.add(client);
		return client;
	}

	private void post(String path, String text) throws Exception {
		assertThat(send("POST", path, "", text).statusCode()).isEqualTo(200);
	}

	private int status(String method, String path, String user) throws Exception {
		HttpResponse<InputStream> response = this.http.send(request(method, path, user, ""),
				BodyHandlers.ofInputStream());
		response.body().close();
		return response.statusCode();
	}

	private HttpResponse<String> send(String method, String path, String user, String text) throws Exception {
		return this.http.send(request(method, path, user, text), BodyHandlers.ofString());
	}

	private HttpRequest request(String method, String path, String user, String text) {
		return HttpRequest.newBuilder(this.server.uri(path))
			.header("Accept", "text/event-stream, */*")
			.header("User", user)
			.header("Content-Type", "text/plain")
			.method(method, BodyPublishers.ofString(text))
			.build();
	}

}
