package io.eventsource.recipes;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.eventsource.EventTopics;
import io.eventsource.recipes.AnswerController.LanguageModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ResumableAnswersTests {

	private Server server;

	private Sinks.Many<String> tokens;

	private AtomicInteger cancelled;

	@BeforeEach
	void startServer() {
		this.server = Server.start(List.of(ResumableAnswers.class, Application.class), "eventsource.heartbeat=100ms",
				"eventsource.streams.answers.unknown-topics=not-found", "eventsource.streams.answers.linger=10m",
				"eventsource.streams.answers.buffer-size=8192", "eventsource.streams.answers.initial-replay=8192");
		this.tokens = this.server.bean(Application.class).tokens;
		this.cancelled = this.server.bean(Application.class).cancelled;
	}

	@AfterEach
	void stopServer() {
		this.server.close();
	}

	@Test
	void answerGoesOnWhileNobodyReadsItAndIsShownFromItsBeginningAfterAReload() throws Exception {
		String answer = ask();
		try (Stream<String> page = read(answer).body()) {
			this.tokens.tryEmitNext("one").orThrow();
			assertThat(Server.read(page, "data", 1)).containsExactly("one");
		}
		await().until(() -> this.server.clients("answers") == 0);
		this.tokens.tryEmitNext("two").orThrow();
		try (Stream<String> reloaded = read(answer).body()) {
			this.tokens.tryEmitNext("three").orThrow();
			this.tokens.tryEmitComplete().orThrow();
			assertThat(reloaded.filter((line) -> line.matches("(event|data):.*"))).containsExactly("event: token",
					"data: one", "event: token", "data: two", "event: token", "data: three", "event: done", "data: ");
		}
		assertThat(this.cancelled).hasValue(0);
		assertThat(Server.read(read(answer).body(), "data", 3)).containsExactly("one", "two", "three");
	}

	@Test
	void browserThatReconnectsGetsTheRestAndThenNothingMore() throws Exception {
		String answer = ask();
		String id;
		try (Stream<String> page = read(answer).body()) {
			this.tokens.tryEmitNext("one").orThrow();
			id = lastId(page.takeWhile((line) -> !line.equals("data: one")));
		}
		this.tokens.tryEmitNext("two").orThrow();
		this.tokens.tryEmitComplete().orThrow();
		List<String> rest = read(answer, id).body().toList();
		assertThat(rest).contains("data: two", "event: done").doesNotContain("data: one", "event: gap");
		assertThat(read(answer, lastId(rest.stream())).statusCode()).isEqualTo(204);
	}

	@Test
	void stopButtonStopsTheModelAndTheAnswerInAllTabs() throws Exception {
		String answer = ask();
		try (Stream<String> one = read(answer).body(); Stream<String> other = read(answer).body()) {
			this.tokens.tryEmitNext("on and on").orThrow();
			this.server.send(this.server.request(answer.substring("/events".length())).DELETE().build());
			assertThat(one).contains("data: on and on").doesNotContain("event: done", "event: gap");
			assertThat(other).contains("data: on and on").doesNotContain("event: done", "event: gap");
		}
		await().untilAtomic(this.cancelled, (count) -> assertThat(count).isOne());
	}

	@Test
	void failureOfTheModelIsToldWithoutItsReason() throws Exception {
		String answer = ask();
		this.tokens.tryEmitNext("so far").orThrow();
		this.tokens.tryEmitError(new IllegalStateException("secret")).orThrow();
		List<String> lines = read(answer).body().toList();
		assertThat(lines).containsSubsequence("data: so far", "event: gap", "data: {\"cause\":\"failed\"}");
		assertThat(lines.toString()).doesNotContain("secret");
		assertThat(read(answer, lastId(lines.stream())).statusCode()).isEqualTo(204);
	}

	@Test
	void unknownAnswerIsNotFound() throws Exception {
		assertThat(read("/events/answers/none").statusCode()).isEqualTo(404);
	}

	private String ask() throws Exception {
		HttpResponse<Stream<String>> response = this.server
			.send(this.server.request("/questions").POST(BodyPublishers.ofString("?")).build());
		assertThat(response.statusCode()).isEqualTo(202);
		await().until(() -> this.tokens.currentSubscriberCount() == 1);
		return response.headers().firstValue("Location").orElseThrow();
	}

	private HttpResponse<Stream<String>> read(String answer) throws Exception {
		return this.server.send(this.server.request(answer).build());
	}

	private HttpResponse<Stream<String>> read(String answer, String lastEventId) throws Exception {
		HttpRequest request = this.server.request(answer).header("Last-Event-ID", lastEventId).build();
		return this.server.send(request);
	}

	private static String lastId(Stream<String> lines) {
		return lines.filter((line) -> line.startsWith("id: "))
			.reduce((one, other) -> other)
			.orElseThrow()
			.substring("id: ".length());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final Sinks.Many<String> tokens = Sinks.many().unicast().onBackpressureBuffer();

		private final AtomicInteger cancelled = new AtomicInteger();

		@Bean
		EventTopics answers() {
			return EventTopics.create();
		}

		@Bean
		LanguageModel model() {
			Flux<String> answer = this.tokens.asFlux().doOnCancel(this.cancelled::incrementAndGet);
			return (question) -> answer;
		}

	}

}
