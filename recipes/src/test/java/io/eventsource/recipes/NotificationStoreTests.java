package io.eventsource.recipes;

import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.EventTopics;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class NotificationStoreTests {

	private final String database = "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

	@Test
	void userIsShownTheirOwnInEachTab() throws Exception {
		try (Server server = start();
				Stream<String> alice = connect(server, "alice", null);
				Stream<String> otherTab = connect(server, "alice", null)) {
			NotificationStore notifications = server.bean(NotificationStore.class);
			notifications.send("alice", "one");
			notifications.send("bob", "not hers");
			notifications.send("alice", "two");
			assertThat(Server.read(alice, "data", 2)).containsExactly("one", "two");
			assertThat(Server.read(otherTab, "data", 2)).containsExactly("one", "two");
		}
	}

	@Test
	void whatComesWhileATabIsAwayIsThereWhenItComesBack() throws Exception {
		try (Server server = start("eventsource.streams.notifications.buffer-size=4")) {
			NotificationStore notifications = server.bean(NotificationStore.class);
			notifications.send("alice", "first");
			for (int missed : List.of(1, 3, 50)) {
				String id = lastId(server, "alice");
				List<String> expected = new ArrayList<>();
				IntStream.range(0, missed).forEach((n) -> {
					notifications.send("alice", "missed " + n);
					notifications.send("bob", "not hers");
					expected.add("missed " + n);
				});
				try (Stream<String> alice = connect(server, "alice", id)) {
					assertThat(Server.read(alice, "data", missed)).isEqualTo(expected);
				}
			}
		}
	}

	@Test
	void whatCameBeforeTheTopicOfAUserWasForgottenIsThereAfterwards() throws Exception {
		try (Server server = start("eventsource.streams.notifications.max-topics=1", "eventsource.heartbeat=100ms")) {
			NotificationStore notifications = server.bean(NotificationStore.class);
			String id = lastId(server, "alice");
			await().until(() -> server.clients("notifications") == 0);
			notifications.send("alice", "missed");
			notifications.send("bob", "not hers");
			try (Stream<String> alice = connect(server, "alice", id)) {
				notifications.send("alice", "new");
				assertThat(Server.read(alice, "data", 2)).containsExactly("missed", "new");
			}
		}
	}

	@Test
	void whatCameBeforeARestartIsThereAfterIt() throws Exception {
		String id;
		try (Server server = start()) {
			NotificationStore notifications = server.bean(NotificationStore.class);
			notifications.send("alice", "first");
			id = lastId(server, "alice");
			notifications.send("alice", "missed");
		}
		try (Server server = start(); Stream<String> alice = connect(server, "alice", id)) {
			server.bean(NotificationStore.class).send("alice", "new");
			assertThat(Server.read(alice, "data", 2)).containsExactly("missed", "new");
		}
	}

	@Test
	void unknownIdIsToldAsAGap() throws Exception {
		try (Server server = start()) {
			for (String id : List.of("4711", "-1", "nonsense", "99999999999999999999")) {
				try (Stream<String> alice = connect(server, "alice", id)) {
					assertThat(Server.read(alice, "event", 1)).containsExactly("gap");
				}
			}
		}
	}

	@Test
	void idOfSomebodyElseIsUnknown() throws Exception {
		try (Server server = start()) {
			String id = lastId(server, "bob");
			try (Stream<String> alice = connect(server, "alice", id)) {
				assertThat(Server.read(alice, "event", 1)).containsExactly("gap");
			}
		}
	}

	@Test
	void userMustBeKnown() throws Exception {
		try (Server server = start()) {
			assertThat(server.send(server.request("/events/notifications").build()).statusCode()).isEqualTo(401);
		}
	}

	/** The id that the browser of a user would have when its tab goes away now. */
	private static String lastId(Server server, String user) throws Exception {
		NotificationStore notifications = server.bean(NotificationStore.class);
		try (Stream<String> lines = connect(server, user, null)) {
			notifications.send(user, "seen");
			return lines.takeWhile((line) -> !line.equals("data: seen"))
				.filter((line) -> line.startsWith("id: "))
				.reduce((one, other) -> other)
				.orElseThrow()
				.substring("id: ".length());
		}
	}

	private Server start(String... properties) {
		return Server.startSecured(List.of(NotificationStore.class, Application.class),
				Stream
					.concat(Stream.of(this.database, "eventsource.streams.notifications.topic=principal"),
							Stream.of(properties))
					.toArray(String[]::new));
	}

	private static Stream<String> connect(Server server, String user, String lastEventId) throws Exception {
		HttpRequest.Builder request = server.request("/events/notifications", user);
		if (lastEventId != null) {
			request.header("Last-Event-ID", lastEventId);
		}
		Stream<String> lines = server.send(request.build()).body();
		await().until(() -> server.clients("notifications") > 0);
		return lines;
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventTopics notifications() {
			return EventTopics.create();
		}

	}

}
