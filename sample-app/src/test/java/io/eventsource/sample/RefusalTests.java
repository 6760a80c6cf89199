package io.eventsource.sample;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A browser that finds all places taken.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "eventsource.max-connections=1", "eventsource.retry=200ms" })
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
class RefusalTests {

	@LocalServerPort
	private int port;

	private ChromeDriver browser;

	@BeforeEach
	void openBrowser(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		this.browser = Chromium.start(profile);
		this.browser.manage().timeouts().scriptTimeout(Patience.LIMIT);
		// A page that opens no stream by itself
		this.browser.get("http://localhost:" + this.port + "/favicon.svg");
	}

	@AfterEach
	void closeBrowser() {
		this.browser.quit();
	}

	@Test
	void browserThatWasSentAwaySoftlyComesBackByItself() {
		Object seen = this.browser.executeAsyncScript("""
				const done = arguments[0];
				const first = new EventSource("/events/ticks");
				first.addEventListener("tick", () => {
				  const second = new EventSource("/events/ticks");
				  let refusals = 0;
				  second.onerror = () => {
				    refusals++;
				    if (second.readyState === EventSource.CLOSED) {
				      done("given up");
				    }
				    if (refusals === 2) {
				      first.close();
				    }
				  };
				  second.addEventListener("tick", () => {
				    second.close();
				    done(refusals >= 2 ? "back" : "never refused");
				  });
				}, { once: true });""");
		assertThat(seen).isEqualTo("back");
	}

}
