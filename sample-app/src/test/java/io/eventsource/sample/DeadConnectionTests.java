package io.eventsource.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.eventsource.EventTopics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A page whose connections are dead, though they look open.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "eventsource.heartbeat=500ms", "eventsource.streams.rooms.heartbeat=500ms",
				"sample.silence=2s" })
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
class DeadConnectionTests {

	@LocalServerPort
	private int port;

	@Autowired
	@Qualifier("rooms")
	private EventTopics rooms;

	private SilentProxy network;

	private SamplePage page;

	@BeforeEach
	void openPage(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		this.network = new SilentProxy(this.port);
		this.page = SamplePage.open(this.network.port(), profile);
	}

	@AfterEach
	void closeBrowser() throws IOException {
		this.page.close();
		this.network.close();
	}

	@Test
	void pageNoticesThatNothingArrivesAndGoesOnAfterItsLastEvent() {
		publish("hall", "Before");
		enter("hall", "Before");
		this.network.fallSilent();
		publish("hall", "Meanwhile");
		this.page.awaitText("#connection-rooms .state", "reconnecting");
		this.page.awaitText("#connection-dashboard .state", "reconnecting");
		this.network.recover();
		awaitMessages("Before", "Meanwhile");
		this.page.awaitText("#connection-rooms .state", "live");
		this.page.awaitText("#connection-dashboard .state", "live");
		publish("hall", "After");
		awaitMessages("Before", "Meanwhile", "After");
	}

	/**
	 * As on a laptop that sleeps: no timer runs, the connections die meanwhile, and
	 * nobody tells the page.
	 */
	@Test
	void pageThatWasFrozenGoesOnAfterItsLastEvent() {
		publish("cellar", "Before");
		enter("cellar", "Before");
		this.page.show(true);
		lifecycle("frozen");
		this.network.fallSilent();
		publish("cellar", "Meanwhile");
		this.network.recover();
		lifecycle("active");
		awaitMessages("Before", "Meanwhile");
		this.page.awaitText("#connection-rooms .state", "live");
	}

	private void enter(String room, String... messages) {
		this.page.browser().executeScript("location.hash = arguments[0]", room);
		awaitMessages(messages);
	}

	private void publish(String room, String text) {
		this.rooms.publish(room, "message", new Message(text, Instant.now()));
	}

	private void lifecycle(String state) {
		this.page.browser().executeCdpCommand("Page.setWebLifecycleState", Map.of("state", state));
	}

	private void awaitMessages(String... messages) {
		await().ignoreExceptions().untilAsserted(() -> assertThat(this.page.messages()).isEqualTo(List.of(messages)));
	}

}
