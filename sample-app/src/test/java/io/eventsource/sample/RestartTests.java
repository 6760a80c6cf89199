package io.eventsource.sample;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A page that stays open while the server is restarted.
 */
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
class RestartTests {

	@Test
	void pageComesBackAndSaysWhatIsMissing(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		ConfigurableApplicationContext first = start(0);
		int port = ((WebServerApplicationContext) first).getWebServer().getPort();
		try (first; SamplePage page = SamplePage.open(port, profile)) {
			page.say("Before");
			await().ignoreExceptions().untilAsserted(() -> assertThat(page.messages()).containsExactly("Before"));
			page.press("#ask");
			await().ignoreExceptions().until(() -> page.words() > 5);
			first.close();
			page.awaitText("#connection-rooms .state", "reconnecting");
			page.say("Into nowhere");
			page.awaitText("#message-form .problem", "cannot be reached");
			try (ConfigurableApplicationContext second = start(port)) {
				page.awaitText("#connection-rooms", "live");
				page.awaitText("#connection-dashboard .state", "live");
				page.awaitText("#messages", "The server was restarted");
				page.awaitText("#answer-state", "the server does not know this answer any more");
				assertThat(page.text("#ask")).isEqualTo("Ask");
				page.say("");
				await().ignoreExceptions()
					.untilAsserted(
							() -> assertThat(page.messages()).hasSize(3).startsWith("Before").endsWith("Into nowhere"));
				page.press("#ask");
				await().ignoreExceptions().until(() -> page.words() > 5);
			}
		}
	}

	private static ConfigurableApplicationContext start(int port) {
		return SpringApplication.run(SampleApplication.class, "--server.port=" + port, "--eventsource.retry=500ms",
				"--sample.pace=500ms");
	}

}
