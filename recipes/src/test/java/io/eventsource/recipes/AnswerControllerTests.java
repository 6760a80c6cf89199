package io.eventsource.recipes;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class AnswerControllerTests {

	private static Server server;

	@BeforeAll
	static void startServer() {
		server = Server.start(List.of(AnswerController.class, Application.class), "eventsource.heartbeat=100ms");
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@Test
	void tokensArriveAsTheyAreAndThenTheEnd() throws Exception {
		assertThat(ask("hello").filter((line) -> line.matches("(event|data): .*|data: ?"))).containsExactly(
				"event: token", "data: Hel", "event: token", "data: lo", "event: token", "data:  there\t",
				"event: token", "data: ", "data: ", "event: done", "data: ");
	}

	@Test
	void failureOfTheModelIsToldWithoutItsReason() throws Exception {
		List<String> lines = ask("fail").toList();
		assertThat(lines).containsSubsequence("event: token", "data: So far", "event: failed",
				"data: The model has failed");
		assertThat(lines.toString()).doesNotContain("secret");
	}

	@Test
	void modelIsStoppedWhenTheClientGoesAway() throws Exception {
		try (Stream<String> lines = ask("endless")) {
			assertThat(lines.filter((line) -> line.equals("data: on and on")).findFirst()).isPresent();
		}
		await().until(() -> server.bean(Application.class).cancelled.get() == 1);
	}

	private Stream<String> ask(String question) throws Exception {
		return server.send(server.request("/answers").POST(BodyPublishers.ofString(question)).build()).body();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final AtomicInteger cancelled = new AtomicInteger();

		@Bean
		LanguageModel model() {
			return (question) -> switch (question) {
				case "fail" -> Flux.just("So far").concatWith(Flux.error(new IllegalStateException("secret")));
				case "endless" ->
					Flux.just("on and on").concatWith(Flux.never()).doOnCancel(this.cancelled::incrementAndGet);
				default -> Flux.just("Hel", "lo", " there\t", "\n");
			};
		}

	}

}
