package io.eventsource.recipes;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class OutboxTests {

	private static Server server;

	@BeforeAll
	static void startServer() {
		server = start(UUID.randomUUID().toString());
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@Test
	void clientGetsWhatIsInTheTableAndThenWhatComesOnEveryInstance() throws Exception {
		String database = UUID.randomUUID().toString();
		try (Server one = start(database); Server other = start(database)) {
			IntStream.rangeClosed(1, 10).forEach((n) -> add(one, n));
			// Before the other instance has published them by itself, or after
			try (Stream<String> some = other.connect("orders", "4");
					Stream<String> none = other.connect("orders", "10")) {
				add(one, 11);
				add(other, 12);
				assertThat(Server.read(some, "id", 8)).containsExactly("5", "6", "7", "8", "9", "10", "11", "12");
				assertThat(Server.read(none, "id", 2)).containsExactly("11", "12");
			}
		}
	}

	@Test
	void clientResumesAfterARestartOfTheApplication() throws Exception {
		String database = UUID.randomUUID().toString();
		try (Server before = start(database)) {
			IntStream.rangeClosed(1, 3).forEach((n) -> add(before, n));
		}
		try (Server after = start(database); Stream<String> lines = after.connect("orders", "1")) {
			add(after, 4);
			assertThat(Server.read(lines, "data", 3)).containsExactly("order 2", "order 3", "order 4");
		}
	}

	@Test
	void unknownIdIsToldAsAGap() throws Exception {
		for (String id : List.of("4711", "-1", "nonsense", "99999999999999999999")) {
			try (Stream<String> lines = server.connect("orders", id)) {
				assertThat(Server.read(lines, "event", 1)).containsExactly("gap");
			}
		}
	}

	@Test
	void transactionsThatOverlapLeaveNoEventBehind() throws Exception {
		try (Stream<String> lines = server.connect("orders")) {
			CountDownLatch added = new CountDownLatch(1);
			CountDownLatch commit = new CountDownLatch(1);
			CompletableFuture<Void> slow = CompletableFuture.runAsync(() -> transaction(server, () -> {
				server.bean(Outbox.class).add(Event.of("order", "slow"));
				added.countDown();
				await(commit);
			}), (task) -> new Thread(task).start());
			await(added);
			CompletableFuture<Void> fast = CompletableFuture.runAsync(
					() -> transaction(server, () -> server.bean(Outbox.class).add(Event.of("order", "fast"))),
					(task) -> new Thread(task).start());
			Awaitility.await().until(() -> isWaiting(server));
			commit.countDown();
			slow.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
			fast.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(Server.read(lines, "data", 2)).containsExactly("slow", "fast");
		}
	}

	@Test
	void eventOfATransactionThatIsRolledBackNeverWas() throws Exception {
		try (Stream<String> lines = server.connect("orders")) {
			new TransactionTemplate(server.bean(PlatformTransactionManager.class)).executeWithoutResult((status) -> {
				server.bean(Outbox.class).add(Event.of("order", "never"));
				status.setRollbackOnly();
			});
			add(server, 1);
			assertThat(Server.read(lines, "data", 1)).containsExactly("order 1");
		}
	}

	@Test
	void eventWithoutATransactionIsRefused() {
		assertThatExceptionOfType(IllegalTransactionStateException.class)
			.isThrownBy(() -> server.bean(Outbox.class).add(Event.of("lost")));
	}

	private static Server start(String database) {
		return Server.start(List.of(Outbox.class, Application.class),
				"spring.datasource.url=jdbc:h2:mem:" + database + ";DB_CLOSE_DELAY=-1");
	}

	private static boolean isWaiting(Server server) {
		return server.bean(JdbcClient.class)
			.sql("select count(*) from information_schema.sessions where blocker_id is not null")
			.query(Integer.class)
			.single() > 0;
	}

	private static void add(Server server, int number) {
		transaction(server, () -> server.bean(Outbox.class).add(Event.of("order", "order " + number)));
	}

	private static void transaction(Server server, Runnable action) {
		new TransactionTemplate(server.bean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> action.run());
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class Application {

		@Bean
		EventChannel orders() {
			return EventChannel.create();
		}

	}

}
