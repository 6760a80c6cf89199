package io.eventsource.sample;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page as a person sees it, in a real browser.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
class PageTests {

	@LocalServerPort
	private int port;

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
	void everythingOnThePageMoves() {
		this.page.awaitText("#connection-dashboard .state", "live");
		String first = this.page.text("#time");
		await().ignoreExceptions().until(() -> !this.page.text("#time").equals(first));
		String second = this.page.text("#time");
		await().ignoreExceptions().until(() -> !this.page.text("#time").equals(second));
		this.page.awaitText("#status", "\"heap\"");
		await().ignoreExceptions().untilAsserted(() -> assertThat(drawnCharts()).isEqualTo(4));
		assertThat(this.page.browser().findElements(By.cssSelector("#log tbody tr"))).isNotEmpty();
		this.page.assertNoErrors();
	}

	@Test
	void gapIsReadByAPlainEventSource() {
		Object cause = this.page.browser().executeAsyncScript("""
				const done = arguments[0];
				const source = new EventSource("/events/rooms/Lobby?lastEventId=nobody%20knows");
				source.addEventListener("gap", (event) => {
				  source.close();
				  done(JSON.parse(event.data).cause + " " + event.lastEventId.length);
				});""");
		assertThat(cause).isEqualTo("unknown 0");
	}

	private long drawnCharts() {
		return (Long) this.page.browser().executeScript("""
				return [...document.querySelectorAll("#charts canvas")].filter((canvas) => canvas.getContext("2d")
				  .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0)).length""");
	}

}
