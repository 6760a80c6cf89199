package io.eventsource.sample;

import java.nio.file.Path;

import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The panel with the rooms, in a real browser with several tabs.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "eventsource.heartbeat=500ms", "eventsource.streams.rooms.heartbeat=500ms" })
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
class RoomsPageTests {

	@LocalServerPort
	private int port;

	@Autowired
	private EventSourceEndpoint endpoint;

	private SamplePage page;

	@BeforeEach
	void openPage(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		this.page = SamplePage.open(this.port, profile);
	}

	@AfterEach
	void closeBrowser() {
		this.page.close();
	}

	/** Three pages have four streams, and what they send needs one of six connections. */
	@Test
	void messageAppearsInEachTabOfItsRoomAndInNoOther() {
		String one = this.page.tab();
		String other = this.page.openTab("#Lobby");
		String elsewhere = this.page.openTab("#Kitchen");
		this.page.use(one);
		this.page.say("Hello <b>there</b>");
		awaitMessage("Hello <b>there</b>");
		this.page.use(other);
		awaitMessage("Hello <b>there</b>");
		this.page.say("And back");
		this.page.use(one);
		awaitMessage("And back");
		this.page.use(elsewhere);
		this.page.say("What a quiet place");
		awaitMessage("What a quiet place");
		assertThat(this.page.messages()).containsExactly("What a quiet place");
		this.page.awaitText("#rooms", "Lobby\n2");
		this.page.awaitText("#connection-dashboard .state", "live");
		this.page.assertNoErrors();
	}

	@Test
	void whoComesLateSeesWhatWasSaid() {
		this.page.say("Written before");
		awaitMessage("Written before");
		this.page.openTab("");
		awaitMessage("Written before");
		this.page.press("#rooms a:nth-child(3)");
		this.page.awaitText("#message-label", "Garden");
		assertThat(this.page.messages()).isEmpty();
		assertThat(this.endpoint.clients("rooms")).hasSizeLessThanOrEqualTo(2);
		this.page.browser().navigate().back();
		awaitMessage("Written before");
	}

	@Test
	void pageThatIsNotSeenNeedsNoConnectionAndMissesNothing() {
		this.page.say("First");
		awaitMessage("First");
		this.page.show(false);
		await().until(() -> this.endpoint.clients("rooms").isEmpty() && this.endpoint.clients("dashboard").isEmpty());
		this.page.say("Second");
		this.page.show(true);
		awaitMessage("Second");
		assertThat(this.page.messages().stream().filter("First"::equals)).hasSize(1);
	}

	@Test
	void nameOfARoomIsOnlyEverText() {
		for (String room : new String[] { "<img src=x onerror=\"document.title='gone'\">", "50% off; a=b?c#d&e+f",
				"\u05e9\u05dc\u05d5\u05dd \u2713 \ud83d\ude80", "x".repeat(128) }) {
			this.page.browser()
				.executeScript("document.getElementById('room').value = arguments[0];"
						+ "document.getElementById('room-form').requestSubmit()", room);
			await().ignoreExceptions()
				.untilAsserted(
						() -> assertThat(this.page.content("#message-label")).isEqualTo("Message to all in " + room));
			this.page.awaitText("#connection-rooms .state", "live");
			this.page.say("in " + room.charAt(0));
			awaitMessage("in " + room.charAt(0));
			this.page.browser().navigate().refresh();
			awaitMessage("in " + room.charAt(0));
			assertThat(this.endpoint.clients("rooms", room)).isNotEmpty();
			assertThat(this.page.content("#rooms [aria-current] .name")).isEqualTo(room);
		}
		assertThat(this.page.browser().findElements(By.cssSelector("main img, #messages b, #rooms .name *"))).isEmpty();
		assertThat(this.page.browser().getTitle()).isEqualTo("Live event streams");
		this.page.assertNoErrors();
	}

	@Test
	void whatIsNoNameOfARoomLeadsToTheFirstOrIsRefused() {
		for (String fragment : new String[] { "#%E0%A4%A", "#a%2Fb", "#%20", "#%00", "#" }) {
			for (String each : new String[] { "#Kitchen", fragment }) {
				this.page.browser().executeScript("location.hash = arguments[0]", each);
				this.page.awaitText("#message-label", each.equals(fragment) ? "Lobby" : "Kitchen");
			}
		}
		this.page.element("#room").sendKeys("../answers\n");
		this.page.awaitText("#room-form .problem", "without / and \\");
		this.page.assertNoErrors();
	}

	private void awaitMessage(String text) {
		await().ignoreExceptions().untilAsserted(() -> assertThat(this.page.messages()).contains(text));
	}

}
