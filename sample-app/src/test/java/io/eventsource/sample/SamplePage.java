package io.eventsource.sample;

import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;

import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page in the tabs of a browser. Tabs without a window count as seen.
 */
final class SamplePage implements AutoCloseable {

	private final ChromeDriver browser;

	private final String url;

	private SamplePage(ChromeDriver browser, String url) {
		this.browser = browser;
		this.url = url;
	}

	/**
	 * Starts a browser with the page in its first tab.
	 * @param profile an empty folder
	 */
	static SamplePage open(int port, Path profile) {
		SamplePage page = new SamplePage(Chromium.start(profile), "http://localhost:" + port + "/");
		page.load("");
		return page;
	}

	ChromeDriver browser() {
		return this.browser;
	}

	/**
	 * Opens the page in a tab of its own, which is the one that is used from then on.
	 * @param fragment the end of the URL
	 */
	String openTab(String fragment) {
		this.browser.switchTo().newWindow(WindowType.TAB);
		load(fragment);
		return tab();
	}

	/**
	 * Loads the page and waits until it works: what is typed before is lost.
	 */
	void load(String fragment) {
		this.browser.get(this.url + fragment);
		awaitText("#connection-rooms .state", "live");
	}

	String tab() {
		return this.browser.getWindowHandle();
	}

	void use(String tab) {
		this.browser.switchTo().window(tab);
	}

	String text(String selector) {
		return element(selector).getText();
	}

	/** Also of what has been scrolled out of sight, and with all blanks. */
	String content(String selector) {
		return String.valueOf(element(selector).getDomProperty("textContent"));
	}

	List<String> messages() {
		return this.browser.findElements(By.cssSelector("#messages p")).stream().map(WebElement::getText).toList();
	}

	int words() {
		return content("#answer").isBlank() ? 0 : content("#answer").strip().split(" ").length;
	}

	void awaitText(String selector, String part) {
		await().ignoreExceptions().untilAsserted(() -> assertThat(text(selector)).contains(part));
	}

	void say(String text) {
		element("#text").sendKeys(text + "\n");
	}

	void press(String selector) {
		element(selector).click();
	}

	/**
	 * Has the page believe that it is seen, or is not.
	 */
	void show(boolean seen) {
		this.browser.executeScript("""
				Object.defineProperty(document, "hidden", { value: !arguments[0], configurable: true });
				document.dispatchEvent(new Event("visibilitychange"));""", seen);
	}

	WebElement element(String selector) {
		return this.browser.findElement(By.cssSelector(selector));
	}

	void assertNoErrors() {
		List<LogEntry> errors = this.browser.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
			.toList();
		assertThat(errors).isEmpty();
	}

	@Override
	public void close() {
		this.browser.quit();
	}

}
