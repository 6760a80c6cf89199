package io.eventsource.sample;

import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;

import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

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

	private static final By MESSAGES = By.cssSelector("#messages li");

	@LocalServerPort
	private int port;

	private ChromeDriver browser;

	@BeforeEach
	void openPage(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		this.browser = Chromium.start(profile);
		load();
	}

	/**
	 * Loads the page and waits until it works: what is typed before is lost.
	 */
	private void load() {
		this.browser.get("http://localhost:" + this.port);
		patiently().until(() -> text("#connection-messages .state").equals("live"));
	}

	@AfterEach
	void closeBrowser() {
		this.browser.quit();
	}

	@Test
	void everythingOnThePageMoves() {
		patiently().until(() -> text("#connection-dashboard .state").equals("live")
				&& text("#connection-messages .state").equals("live"));
		String first = clock();
		patiently().until(() -> !clock().equals(first));
		String second = clock();
		patiently().until(() -> !clock().equals(second));
		patiently().until(() -> text("#status").contains("\"heap\""));
		patiently().untilAsserted(() -> assertThat(drawnCharts()).isEqualTo(4));
		assertThat(this.browser.findElements(By.cssSelector("#log tbody tr"))).isNotEmpty();
		assertNoErrors();
	}

	@Test
	void messageTypedInOneTabAppearsInTheOther() {
		String one = this.browser.getWindowHandle();
		this.browser.switchTo().newWindow(WindowType.TAB);
		load();
		String other = this.browser.getWindowHandle();
		this.browser.findElement(By.id("text")).sendKeys("Hello <b>there</b>\n");
		patiently().until(() -> text("#messages").contains("Hello <b>there</b>"));
		this.browser.switchTo().window(one);
		patiently().until(() -> text("#messages").contains("Hello <b>there</b>"));
		this.browser.findElement(By.id("text")).sendKeys("And back\n");
		this.browser.switchTo().window(other);
		patiently().until(() -> text("#messages").contains("And back"));
		assertThat(this.browser.findElements(MESSAGES)).hasSizeGreaterThanOrEqualTo(2);
		assertNoErrors();
	}

	@Test
	void answerArrivesWordByWord() {
		this.browser.executeScript("""
				window.lengths = new Set();
				const answer = document.getElementById("answer");
				new MutationObserver(() => lengths.add(answer.textContent.length))
				  .observe(answer, { childList: true, characterData: true, subtree: true });""");
		this.browser.findElement(By.cssSelector("#question-form button")).click();
		patiently().until(() -> text("#answer-state").contains("done"));
		assertThat(text("#answer")).startsWith("You asked");
		assertThat((Long) this.browser.executeScript("return lengths.size")).isGreaterThan(5);
		assertNoErrors();
	}

	@Test
	void gapIsReadByAPlainEventSource() {
		Object cause = this.browser.executeAsyncScript("""
				const done = arguments[0];
				const source = new EventSource("/events/messages?lastEventId=nobody%20knows");
				source.addEventListener("gap", (event) => {
				  source.close();
				  done(JSON.parse(event.data).cause + " " + event.lastEventId.length);
				});""");
		assertThat(cause).isEqualTo("unknown 0");
	}

	@Test
	void newTabShowsTheLatestMessages() {
		this.browser.findElement(By.id("text")).sendKeys("Written before\n");
		patiently().until(() -> text("#messages").contains("Written before"));
		this.browser.switchTo().newWindow(WindowType.TAB);
		load();
		patiently().until(() -> text("#messages").contains("Written before"));
	}

	private static ConditionFactory patiently() {
		return await().ignoreExceptions();
	}

	private String clock() {
		return text("#time");
	}

	private String text(String selector) {
		return this.browser.findElement(By.cssSelector(selector)).getText();
	}

	private long drawnCharts() {
		return (Long) this.browser.executeScript("""
				return [...document.querySelectorAll("#charts canvas")].filter((canvas) => canvas.getContext("2d")
				  .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0)).length""");
	}

	private void assertNoErrors() {
		List<LogEntry> errors = this.browser.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
			.toList();
		assertThat(errors).isEmpty();
	}

}
