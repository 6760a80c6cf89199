package io.eventsource.recipes;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;

import io.eventsource.EventTopics;
import io.eventsource.recipes.SlowModel.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Answers that survive a reload, with the model of a library.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ResumableAnswersTests {

	private Server server;

	private SlowModel model;

	/**
	 * The recipe for the library, and a model of it that says what the {@link SlowModel}
	 * is told to say.
	 */
	abstract List<Class<?>> library();

	@BeforeAll
	void startServer() {
		this.server = Server.start(
				Stream.concat(Stream.of(ResumableAnswers.class, Application.class), library().stream()).toList(),
				"eventsource.heartbeat=100ms", "eventsource.streams.answers.unknown-topics=not-found",
				"eventsource.streams.answers.linger=10m", "eventsource.streams.answers.buffer-size=8192",
				"eventsource.streams.answers.initial-replay=all");
		this.model = this.server.bean(SlowModel.class);
	}

	@AfterAll
	void stopServer() {
		this.server.close();
	}

	@Test
	void answerGoesOnWhileNobodyReadsItAndIsShownFromItsBeginningAfterAReload() throws Exception {
		String location = ask("reload");
		Answer answer = this.model.answer("reload");
		try (Stream<String> page = read(location).body()) {
			answer.say("one");
			assertThat(Server.read(page, "data", 1)).containsExactly("one");
		}
		await().until(() -> this.server.clients("answers") == 0);
		answer.say("two");
		try (Stream<String> reloaded = read(location).body()) {
			answer.say("three");
			answer.end();
			assertThat(reloaded.filter((line) -> line.matches("(event|data):.*"))).containsExactly("event: token",
					"data: one", "event: token", "data: two", "event: token", "data: three", "event: done", "data: ");
		}
		assertThat(answer.isStopped()).isFalse();
		assertThat(Server.read(read(location).body(), "data", 3)).containsExactly("one", "two", "three");
	}

	@Test
	void browserThatReconnectsGetsTheRestAndThenNothingMore() throws Exception {
		String location = ask("reconnect");
		Answer answer = this.model.answer("reconnect");
		String id;
		try (Stream<String> page = read(location).body()) {
			answer.say("one");
			id = lastId(page.takeWhile((line) -> !line.equals("data: one")));
		}
		answer.say("two");
		answer.end();
		List<String> rest = read(location, id).body().toList();
		assertThat(rest).contains("data: two", "event: done").doesNotContain("data: one", "event: gap");
		assertThat(read(location, lastId(rest.stream())).statusCode()).isEqualTo(204);
	}

	@Test
	void stopButtonStopsTheModelAndTheAnswerInAllTabs() throws Exception {
		String location = ask("stop");
		Answer answer = this.model.answer("stop");
		try (Stream<String> one = read(location).body(); Stream<String> other = read(location).body()) {
			answer.say("on and on");
			this.server.send(this.server.request(location.substring("/events".length())).DELETE().build());
			assertThat(one).contains("data: on and on").doesNotContain("event: done", "event: gap");
			assertThat(other).contains("data: on and on").doesNotContain("event: done", "event: gap");
		}
		await().until(() -> {
			answer.say("to nobody"); // LangChain4j can stop a model when it says
										// something
			return answer.isStopped();
		});
	}

	@Test
	void failureOfTheModelIsToldWithoutItsReason() throws Exception {
		String location = ask("fail");
		Answer answer = this.model.answer("fail");
		answer.say("so far");
		answer.fail();
		List<String> lines = read(location).body().toList();
		assertThat(lines).containsSubsequence("data: so far", "event: gap", "data: {\"cause\":\"failed\"}");
		assertThat(lines.toString()).doesNotContain("secret");
		assertThat(read(location, lastId(lines.stream())).statusCode()).isEqualTo(204);
	}

	@Test
	void unknownAnswerIsNotFound() throws Exception {
		assertThat(read("/events/answers/none").statusCode()).isEqualTo(404);
	}

	private String ask(String question) throws Exception {
		HttpResponse<Stream<String>> response = this.server
			.send(this.server.request("/questions").POST(BodyPublishers.ofString(question)).build());
		assertThat(response.statusCode()).isEqualTo(202);
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

		@Bean
		EventTopics answers() {
			return EventTopics.create();
		}

		@Bean
		SlowModel slowModel() {
			return new SlowModel();
		}

	}

}
