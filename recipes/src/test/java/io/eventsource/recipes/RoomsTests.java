package io.eventsource.recipes;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.EventTopics;
import io.eventsource.recipes.RoomController.Members;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

class RoomsTests {

	private static final JsonMapper JSON = new JsonMapper();

	private static final String DATABASE = "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID()
			+ ";DB_CLOSE_DELAY=-1";

	private static Server server;

	@BeforeAll
	static void startServer() {
		server = start();
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	private static Server start() {
		return Server.startSecured(List.of(RoomController.class, RoomStore.class, Application.class), DATABASE,
				"eventsource.streams.rooms.buffer-size=8", "eventsource.heartbeat=100ms");
	}

	@Test
	void membersOfARoomSeeWhatIsSaidThere() throws Exception {
		try (Stream<String> alice = open("alice", "talk", 0); Stream<String> bob = open("bob", "talk", 0)) {
			post("alice", "talk", "hello");
			post("bob", "talk-too", "elsewhere");
			post("bob", "talk", "hi");
			for (Stream<String> member : List.of(alice, bob)) {
				assertThat(texts(member, 2)).containsExactly("hello", "hi");
			}
		}
	}

	@Test
	void roomIsNotThereForOthers() throws Exception {
		assertThat(server.send(server.request("/events/rooms/secret", "mallory").build()).statusCode()).isEqualTo(404);
		assertThat(server.send(server.request("/rooms/secret/messages", "mallory").build()).statusCode())
			.isEqualTo(404);
		assertThat(post("mallory", "secret", "let me in").statusCode()).isEqualTo(404);
		assertThat(server.send(server.request("/events/rooms/secret").build()).statusCode()).isEqualTo(401);
	}

	@Test
	void pageThatIsLoadedWhilePeopleTalkShowsEachMessageOnce() throws Exception {
		int count = 300;
		RoomStore store = server.bean(RoomStore.class);
		CompletableFuture<Void> talk = CompletableFuture
			.runAsync(() -> IntStream.range(0, count).forEach((n) -> store.add("busy", "bob", Integer.toString(n))));
		List<String> all = IntStream.range(0, count).mapToObj(Integer::toString).toList();
		for (int page = 0; page < 10; page++) {
			List<String> seen = new ArrayList<>();
			long last = 0;
			for (JsonNode message : latest("alice", "busy")) {
				seen.add(message.get("text").asString());
				last = message.get("id").asLong();
			}
			int before = seen.isEmpty() ? 0 : Integer.parseInt(seen.get(0));
			try (Stream<String> stream = open("alice", "busy", last)) {
				seen.addAll(texts(stream, Math.min(count - before - seen.size(), 60)));
			}
			assertThat(seen).isEqualTo(all.subList(before, before + seen.size()));
		}
		talk.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
		try (Stream<String> late = open("alice", "busy", 0)) {
			assertThat(texts(late, count)).isEqualTo(all);
		}
	}

	@Test
	void roomIsThereAfterARestart() throws Exception {
		String id;
		try (Server first = start(); Stream<String> lines = open(first, "alice", "lasting", 0)) {
			RoomStore store = first.bean(RoomStore.class);
			store.add("lasting", "bob", "before");
			id = Server.read(lines, "id", 1).get(0);
			store.add("lasting", "bob", "missed");
		}
		post("bob", "lasting", "new");
		try (Stream<String> back = server
			.send(server.request("/events/rooms/lasting?lastEventId=0", "alice").header("Last-Event-ID", id).build())
			.body(); Stream<String> late = open("carol", "lasting", 0)) {
			assertThat(texts(back, 2)).containsExactly("missed", "new");
			assertThat(texts(late, 3)).containsExactly("before", "missed", "new");
		}
	}

	private static Stream<String> open(String user, String room, long lastId) throws Exception {
		return open(server, user, room, lastId);
	}

	private static Stream<String> open(Server server, String user, String room, long lastId) throws Exception {
		HttpResponse<Stream<String>> response = server
			.send(server.request("/events/rooms/" + room + "?lastEventId=" + lastId, user).build());
		assertThat(response.statusCode()).isEqualTo(200);
		return response.body();
	}

	private static List<String> texts(Stream<String> lines, int count) {
		return Server.read(lines, "data", count)
			.stream()
			.map((json) -> JSON.readTree(json).get("text").asString())
			.toList();
	}

	private static JsonNode latest(String user, String room) throws Exception {
		return JSON.readTree(server.send(server.request("/rooms/" + room + "/messages", user).build())
			.body()
			.reduce("", String::concat));
	}

	private static HttpResponse<Stream<String>> post(String user, String room, String text) throws Exception {
		return server.send(server.request("/rooms/" + room + "/messages", user)
			.header("Content-Type", "text/plain")
			.POST(BodyPublishers.ofString(text))
			.build());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventTopics rooms() {
			return EventTopics.create();
		}

		@Bean
		Members members() {
			return (room, user) -> !"mallory".equals(user);
		}

		@Bean
		SecurityFilterChain security(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf(AbstractHttpConfigurer::disable)
				.build();
		}

	}

}
