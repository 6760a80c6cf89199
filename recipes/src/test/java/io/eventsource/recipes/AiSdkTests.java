package io.eventsource.recipes;

import java.util.List;

import io.eventsource.EventTopics;
import io.eventsource.recipes.AiSdkClient.Tab;
import io.eventsource.recipes.SlowModel.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Chats by the AI SDK of npm, package {@code ai}.
 */
class AiSdkTests {

	private static Server server;

	private static AiSdkClient client;

	private static SlowModel model;

	@BeforeAll
	static void startServer() throws Exception {
		server = Server.start(List.of(AiSdkController.class, Application.class), "eventsource.heartbeat=100ms",
				"eventsource.streams.answers.path=", "eventsource.streams.answers.gap-event=",
				"eventsource.streams.answers.unknown-topics=not-found",
				"eventsource.streams.answers.initial-replay=all", "eventsource.streams.answers.buffer-size=8192");
		model = server.bean(SlowModel.class);
		client = new AiSdkClient(server.port());
	}

	@AfterAll
	static void stopServer() {
		if (client != null) {
			client.close();
		}
		server.close();
	}

	@Test
	void answerIsShownTokenByToken() {
		client.ask("tokens", "tokens", "tokens?");
		Answer answer = model.answer("tokens?");
		answer.say("Hel");
		client.shows("tokens", "streaming", "Hel");
		answer.say("lo\n ");
		answer.say("there");
		client.shows("tokens", "streaming", "Hello\n there");
		answer.end();
		client.shows("tokens", "ready", "Hello\n there");
		client.ask("tokens", "tokens", "and then?");
		Answer next = model.answer("and then?");
		next.say("Bye");
		next.end();
		client.shows("tokens", "ready", "Hello\n there", "Bye");
	}

	@Test
	void pageThatIsReloadedShowsTheAnswerFromItsBeginning() throws Exception {
		client.ask("first", "reload", "reload?");
		Answer answer = model.answer("reload?");
		answer.say("one ");
		client.shows("first", "streaming", "one ");
		client.leave("first");
		client.shows("first", "ready", "one ");
		await().until(() -> server.clients("answers") == 0);
		answer.say("two ");
		client.resume("reloaded", "reload");
		client.shows("reloaded", "streaming", "one two ");
		client.resume("other", "reload");
		client.shows("other", "streaming", "one two ");
		answer.say("three");
		answer.end();
		client.shows("reloaded", "ready", "one two three");
		client.shows("other", "ready", "one two three");
		assertThat(answer.isStopped()).isFalse();
	}

	@Test
	void nothingIsResumedOnceTheAnswerIsThere() throws Exception {
		client.ask("over", "over", "over?");
		Answer answer = model.answer("over?");
		answer.say("all");
		answer.end();
		client.shows("over", "ready", "all");
		await().until(() -> server.send(server.request("/api/chat/over/stream").build()).statusCode() == 204);
		client.resume("late", "over");
		client.shows("late", "ready");
	}

	@Test
	void stopButtonStopsTheModelAndTheAnswerInAllTabs() throws Exception {
		client.ask("here", "stop", "stop?");
		Answer answer = model.answer("stop?");
		answer.say("on and on");
		client.shows("here", "streaming", "on and on");
		client.resume("there", "stop");
		client.shows("there", "streaming", "on and on");
		server.send(server.request("/api/chat/stop").DELETE().build());
		client.shows("here", "ready", "on and on");
		client.shows("there", "ready", "on and on");
		await().until(answer::isStopped);
	}

	@Test
	void failureOfTheModelIsShownWithoutItsReason() {
		client.ask("failed", "fail", "fail?");
		Answer answer = model.answer("fail?");
		answer.say("so far");
		client.shows("failed", "streaming", "so far");
		answer.fail();
		client.shows(new Tab("failed", "error", "The model has failed", List.of("so far")));
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

		@Bean
		LanguageModel model(SlowModel slow) {
			return slow::tokens;
		}

	}

}
