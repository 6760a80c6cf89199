package io.eventsource.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.eventsource.EventChannel;
import io.eventsource.EventTopics;
import io.eventsource.autoconfigure.EventSourceAutoConfiguration;
import io.eventsource.autoconfigure.EventSourceConsoleAutoConfiguration;
import io.eventsource.autoconfigure.EventSourceReactiveAutoConfiguration;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.eventsource.web.TestServer.Container;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.web.servlet.function.RouterFunction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * What the console shows and does, over HTTP.
 */
class ConsoleTests {

	private static final String PATH = "/eventsource-console";

	private final List<StreamClient> clients = new ArrayList<>();

	private TestServer server;

	private ConsoleBrowser browser;

	@AfterEach
	void stop() {
		this.clients.forEach(StreamClient::close);
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void showsStreamsTopicsAndClients(Container container) throws Exception {
		start(container);
		this.server.bean(EventChannel.class).publish("c", "x".repeat(1000));
		StreamClient client = connect("/events/messages?types=a,b");
		connect("/events/rooms/Lobby");
		await().until(() -> this.server.clients("messages") == 1 && this.server.clients("rooms") == 1);
		JsonNode report = this.browser.get(PATH + "/streams").json();
		assertThat(report.findValuesAsString("name")).contains("messages", "rooms", "ticks", "greetings", "Lobby");
		JsonNode messages = report.path("streams").get(0);
		assertThat(messages.path("clients").asInt()).isOne();
		assertThat(messages.path("paths").toString()).isEqualTo("[\"/events/messages\"]");
		assertThat(messages.path("publish").asBoolean()).isTrue();
		assertThat(messages.path("limit").asLong()).isEqualTo(16 * 1024 * 1024);
		assertThat(messages.path("memory").asLong()).isBetween(1000L, 3000L);
		JsonNode clients = this.browser.get(PATH + "/clients?stream=messages").json();
		assertThat(clients.path("count").asInt()).isOne();
		assertThat(clients.findValue("address").asString()).isEqualTo("127.0.0.1");
		assertThat(clients.findValue("types").toString()).contains("\"a\"", "\"b\"");
		assertThat(this.browser.get(PATH + "/clients?stream=rooms&topic=Lobby").json().path("count").asInt()).isOne();
		assertThat(this.browser.get(PATH + "/clients?stream=none").status()).isEqualTo(400);
		assertThat(client.hasEnded()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void disconnectsStopsAndPublishes(Container container) throws Exception {
		start(container);
		StreamClient first = connect("/events/messages");
		StreamClient lobby = connect("/events/rooms/Lobby");
		StreamClient garden = connect("/events/rooms/Garden");
		perform("publish", "{'stream':'messages','type':'note','data':'hello'}");
		perform("publish", "{'stream':'rooms','topic':'Lobby','data':'to the lobby'}");
		await().until(() -> first.data().contains("hello") && lobby.data().contains("to the lobby"));
		String id = this.server.bean(EventSourceEndpoint.class).clients("messages").get(0).client().id();
		assertThat(perform("disconnect", "{'client':'" + id + "'}").path("disconnected").asInt()).isOne();
		first.awaitEnd();
		perform("stop", "{'stream':'rooms','topic':'Lobby'}");
		lobby.awaitEnd();
		assertThat(garden.hasEnded()).isFalse();
		assertThat(perform("disconnect", "{'stream':'rooms','topic':'Garden'}").path("disconnected").asInt()).isOne();
		garden.awaitEnd();
		perform("stop", "{'stream':'rooms'}");
		assertThat(this.browser.get(PATH + "/streams").json().path("streams").get(1).path("state").asString())
			.isEqualTo("COMPLETED");
	}

	@Test
	void whatCannotBeDoneIsRefused() throws Exception {
		start(Container.TOMCAT);
		for (String order : List.of("{'stream':'ticks','data':'a'}", "{'stream':'none','data':'a'}", "{'data':'a'}",
				"{'stream':'rooms','data':'a'}", "{'stream':'messages','topic':'a','data':'a'}",
				"{'stream':'rooms','topic':'a/b','data':'a'}", "{'stream':'messages','type':'a\\nb','data':'a'}", "[",
				"")) {
			ConsoleBrowser.Answer answer = this.browser.perform(PATH + "/publish", order.replace('\'', '"'));
			assertThat(answer.status()).as(order).isEqualTo(400);
			assertThat(answer.json().path("error").asString()).isNotEmpty();
		}
		perform("stop", "{'stream':'messages'}");
		assertThat(this.browser.perform(PATH + "/stop", "{\"stream\":\"none\"}").status()).isEqualTo(400);
	}

	@ParameterizedTest
	@EnumSource
	void servesItsFilesAndNoOther(Container container) throws Exception {
		start(container, "server.servlet.context-path=/app", "spring.mvc.servlet.path=/api",
				"eventsource.console.path=/admin/streams");
		String path = "/app/api/admin/streams";
		assertThat(this.browser.get(path).head()).contains("307", "Location: ", "streams/index.html");
		assertThat(this.browser.get(path + "/streams").json().path("path").asString()).isEqualTo("/admin/streams");
		assertThat(this.browser.get("/admin/streams/").status()).isEqualTo(404);
		for (String file : List.of("", "index.html", "console.css", "console.js", "elements.js", "live.js", "server.js",
				"stream.js", "icon.svg")) {
			ConsoleBrowser.Answer answer = this.browser.get(path + "/" + file);
			assertThat(answer.status()).as(file).isEqualTo(200);
			assertThat(answer.head()).contains("script-src 'self'", "frame-ancestors 'none'", "nosniff", "no-store");
			assertThat(answer.text().replace("xmlns=\"http://www.w3.org/2000/svg\"", "")).doesNotContain("http://",
					"https://", "unsafe");
		}
		for (String file : List.of("ConsoleRoutes.class", "../../../application.properties", "..%2f..%2f..%2fx",
				"%2e%2e/%2e%2e/application.properties", "..;/streams.txt", "index.html%00.txt", "sub/console.js",
				"publish", "disconnect", "stop")) {
			assertThat(this.browser.get(path + "/" + file).status()).as(file).isBetween(400, 404);
		}
	}

	@ParameterizedTest
	@EnumSource
	void isNotThereUnlessItIsEnabled(Container container) throws Exception {
		this.server = TestServer.start(container, ConsoleApplication.class);
		this.browser = new ConsoleBrowser(this.server.port());
		assertNotThere();
	}

	@Test
	void isNotThereWithoutStreams() throws Exception {
		start(Container.TOMCAT, "eventsource.enabled=false");
		assertNotThere();
	}

	private void assertNotThere() throws Exception {
		for (String path : List.of("", "/", "/index.html", "/console.js", "/streams", "/clients?stream=messages")) {
			assertThat(this.browser.get(PATH + path).status()).isEqualTo(404);
		}
		assertThat(this.browser.get("/io/eventsource/console/index.html").status()).isEqualTo(404);
		assertThat(this.browser.perform(PATH + "/stop", "{\"stream\":\"messages\"}").status()).isEqualTo(404);
	}

	@Test
	void isNotThereInAReactiveApplication() {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(EventSourceAutoConfiguration.class,
					EventSourceConsoleAutoConfiguration.class, EventSourceReactiveAutoConfiguration.class))
			.withUserConfiguration(ConsoleApplication.class)
			.withPropertyValues("eventsource.console.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RouterFunction.class));
	}

	@Test
	void onlyShowsUnlessMoreIsAllowed() throws Exception {
		start(Container.TOMCAT, "eventsource.console.actions=disconnect");
		assertThat(this.browser.get(PATH + "/streams").json().path("actions").toString()).isEqualTo("[\"DISCONNECT\"]");
		assertThat(this.browser.perform(PATH + "/disconnect", "{\"stream\":\"messages\"}").status()).isEqualTo(200);
		for (String action : List.of("stop", "publish")) {
			assertThat(this.browser.perform(PATH + "/" + action, "{\"stream\":\"messages\",\"data\":\"a\"}").status())
				.isBetween(404, 405);
		}
		assertThat(this.browser.get(PATH + "/streams").json().path("streams").get(0).path("published").asInt())
			.isZero();
	}

	@Test
	void ofManyTopicsThoseWithTheMostClientsAreShown() throws Exception {
		start(Container.TOMCAT);
		EventTopics rooms = this.server.bean(EventTopics.class);
		for (int i = 0; i < 3000; i++) {
			rooms.publish("room " + i, "message", "hello");
		}
		connect("/events/rooms/room%202345");
		await().until(() -> this.server.clients("rooms") == 1);
		JsonNode topics = this.browser.get(PATH + "/streams").json().path("streams").get(1).path("topics");
		assertThat(topics.path("count").asInt()).isEqualTo(3000);
		assertThat(topics.path("busiest").findValuesAsString("name")).containsExactly("room 2345");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "console", "/a/", "/{a}", "/a*", "" })
	void pathThatIsNoneIsRejected(String path) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ConsoleSettings(path, ConsoleAccess.ANY, List.of(), Set.of()))
			.withMessageContaining("console.path");
	}

	private void start(Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of("eventsource.console.enabled=true",
				"eventsource.console.access=local", "eventsource.console.actions=disconnect,stop,publish"));
		all.addAll(List.of(properties));
		this.server = TestServer.start(container, ConsoleApplication.class, all.toArray(String[]::new));
		this.browser = new ConsoleBrowser(this.server.port());
	}

	private StreamClient connect(String path) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path));
		assertThat(client.head().statusCode()).isEqualTo(200);
		this.clients.add(client);
		return client;
	}

	private JsonNode perform(String action, String order) throws Exception {
		ConsoleBrowser.Answer answer = this.browser.perform(PATH + "/" + action, order.replace('\'', '"'));
		assertThat(answer.status()).isEqualTo(200);
		return answer.json();
	}

}
