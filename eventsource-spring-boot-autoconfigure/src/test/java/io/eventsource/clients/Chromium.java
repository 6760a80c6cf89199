package io.eventsource.clients;

import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

import io.eventsource.Patience;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

import static org.awaitility.Awaitility.await;

/**
 * The Chromium that is installed on this machine, without a window.
 */
public final class Chromium implements AutoCloseable {

	private final ScriptedClients clients = new ScriptedClients();

	private final ChromeDriver driver;

	public Chromium(Path profile) {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(Programs.find("chromium").orElseThrow());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
				"--disable-sync", "--ignore-certificate-errors", "--user-data-dir=" + profile);
		// With the driver named, Selenium looks for none on the network
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(Programs.find("chromedriver").orElseThrow())
			.usingAnyFreePort()
			.build();
		this.driver = new ChromeDriver(service, options);
		this.driver.manage().timeouts().scriptTimeout(Patience.LIMIT);
	}

	/**
	 * Follows a stream from a page of its own origin.
	 * @param kind the client, as {@code page.mjs} calls it
	 */
	Client follow(String kind, URI uri, Collection<String> types) {
		URI page = uri.resolve("/page.html");
		if (!page.toString().equals(this.driver.getCurrentUrl())) {
			this.driver.get(page.toString());
		}
		// The modules of the page may be loaded later than the page, and the one before
		// may
		// still be there
		await().ignoreExceptionsInstanceOf(WebDriverException.class).until(() -> isLoaded(page));
		int client = this.clients.add();
		this.driver.executeAsyncScript("window.clients.open(...arguments).then(arguments[4])", client, kind,
				uri.toString(), List.copyOf(types));
		return new Client() {

			@Override
			public Seen seen() {
				Object reports = Chromium.this.driver.executeScript("return window.clients.take()");
				ScriptedClients.json.readTree((String) reports).forEach(Chromium.this.clients::take);
				return Chromium.this.clients.seen(client);
			}

			@Override
			public void close() {
				Chromium.this.driver.executeScript("window.clients.close(arguments[0])", client);
			}

		};
	}

	private boolean isLoaded(URI page) {
		return Boolean.TRUE.equals(this.driver.executeScript(
				"return document.readyState === 'complete' && location.href === arguments[0] && !!window.clients",
				page.toString()));
	}

	/**
	 * Opens a page.
	 */
	public void show(URI page) {
		this.driver.get(page.toString());
	}

	/**
	 * Runs a script in the page.
	 */
	public Object run(String script, Object... arguments) {
		return this.driver.executeScript(script, arguments);
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
