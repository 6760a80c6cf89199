package io.eventsource.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The panel with the answer, in a real browser with several tabs.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "sample.pace=20ms", "eventsource.heartbeat=500ms" })
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
class AnswerPageTests {

	private static final String QUESTION = "How do events get here?";

	@LocalServerPort
	private int port;

	@Autowired
	private EventSourceEndpoint endpoint;

	@Autowired
	private LanguageModel model;

	private SamplePage page;

	@BeforeEach
	void openPage(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		this.page = SamplePage.open(this.port, profile);
	}

	@AfterEach
	void closeBrowser() {
		this.page.close();
	}

	@Test
	void answerArrivesWordByWordAndIsWholeAfterEachReload() {
		this.page.browser().executeScript("""
				window.lengths = new Set();
				const answer = document.getElementById("answer");
				new MutationObserver(() => lengths.add(answer.textContent.length))
				  .observe(answer, { childList: true, characterData: true, subtree: true });""");
		askAndAwaitWords();
		assertThat((Long) this.page.browser().executeScript("return lengths.size")).isGreaterThan(5);
		this.page.browser().navigate().refresh();
		this.page.awaitText("#asked", QUESTION);
		assertThat(this.page.text("#ask")).isEqualTo("Stop");
		awaitWholeAnswer();
		assertThat(this.page.text("#ask")).isEqualTo("Ask");
		// As a tab does that does not know of the end yet
		Object status = this.page.browser().executeAsyncScript("""
				fetch("answers/" + localStorage.answer, { method: "DELETE" })
				  .then((response) => arguments[0](response.status))""");
		assertThat(status).isEqualTo(204L);
		this.page.browser().navigate().refresh();
		awaitWholeAnswer();
		this.page.assertNoErrors();
	}

	/** Of two answers, both show the one that is stored last. */
	@Test
	void tabsThatAskAtTheSameTimeShowOneAnswerAndEachStopsItInAll() {
		String one = this.page.tab();
		String other = this.page.openTab("");
		for (String tab : List.of(one, other)) {
			this.page.use(tab);
			// Otherwise the answer to one may arrive before the other is asked, whose
			// button then stops it
			this.page.browser().executeScript("""
					const send = window.fetch;
					window.fetch = (...request) => new Promise((resolve) => window.release = resolve)
					  .then(() => send(...request));
					document.getElementById("question").value = arguments[0];
					document.getElementById("question-form").requestSubmit();
					window.fetch = send;""", "Asked in " + tab);
		}
		for (String tab : List.of(one, other)) {
			this.page.use(tab);
			this.page.browser().executeScript("window.release()");
		}
		await().ignoreExceptions().until(() -> this.page.words() > 5);
		String asked = this.page.text("#asked");
		this.page.use(one);
		this.page.awaitText("#asked", asked);
		this.page.press("#ask");
		this.page.awaitText("#answer-state", "stopped");
		String words = this.page.content("#answer");
		this.page.use(other);
		this.page.awaitText("#answer-state", "stopped");
		assertThat(this.page.content("#answer")).isEqualTo(words);
		this.page.browser().navigate().refresh();
		this.page.awaitText("#answer-state", "stopped");
		assertThat(this.page.content("#answer")).isEqualTo(words);
		assertThat(this.page.text("#ask")).isEqualTo("Ask");
	}

	@Test
	void pageThatIsNotSeenOrWasLeftGetsTheRestWhenItIsBack() {
		askAndAwaitWords();
		this.page.show(false);
		await().until(() -> this.endpoint.clients("answers").isEmpty());
		this.page.show(true);
		await().until(() -> !this.endpoint.clients("answers").isEmpty());
		this.page.browser().get("http://localhost:" + this.port + "/favicon.svg");
		await().until(() -> this.endpoint.clients("answers").isEmpty());
		this.page.browser().navigate().back();
		awaitWholeAnswer();
	}

	private void askAndAwaitWords() {
		this.page.press("#ask");
		await().ignoreExceptions().until(() -> this.page.words() > 8);
	}

	/** Each word once. */
	private void awaitWholeAnswer() {
		this.page.awaitText("#answer-state", "done");
		String answer = String.join("", Objects.requireNonNull(this.model.tokens(QUESTION).collectList().block()));
		assertThat(this.page.content("#answer")).isEqualTo(answer);
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Configuration {

		/** Takes longer for an answer that is to be stopped. */
		@Bean
		@Primary
		LanguageModel fastOrSlow(@Value("${sample.pace}") Duration pace) {
			LanguageModel slow = new LanguageModel(Duration.ofMillis(300));
			return new LanguageModel(pace) {

				@Override
				Flux<String> tokens(String question) {
					return question.startsWith("Asked in") ? slow.tokens(question) : super.tokens(question);
				}

			};
		}

	}

}
