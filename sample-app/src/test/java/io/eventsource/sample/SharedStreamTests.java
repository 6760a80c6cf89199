package io.eventsource.sample;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import io.eventsource.EventChannel;
import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Several tabs with one connection.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "eventsource.heartbeat=500ms")
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
class SharedStreamTests {

	@LocalServerPort
	private int port;

	@Autowired
	private EventChannel numbers;

	@Autowired
	private EventSourceEndpoint endpoint;

	private SamplePage page;

	private volatile long last;

	@BeforeEach
	void openPage(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		this.page = SamplePage.open(this.port, profile);
	}

	@AfterEach
	void closeBrowser() {
		this.page.close();
	}

	@Test
	void tabsShareOneConnectionAndAnotherTakesOverWithoutLoss() {
		follow(45_000);
		String first = this.page.tab();
		String second = openTab(45_000);
		String third = openTab(45_000);
		assertThat(this.endpoint.clients("numbers")).hasSize(1);
		assertThat(this.endpoint.clients("dashboard")).hasSize(1);
		publish();
		awaitNumbers(first, second, third);
		whilePublishing(() -> {
			this.page.use(first);
			this.page.browser().close();
			this.page.use(second);
		});
		awaitNumbers(second, third);
		whilePublishing(() -> {
			this.page.use(second);
			this.page.load("");
		});
		awaitNumbers(third);
		await().until(() -> this.endpoint.clients("numbers").size() == 1);
		await().until(() -> this.endpoint.clients("dashboard").size() == 1);
		this.page.awaitText("#connection-dashboard .state", "live");
	}

	/** A frozen tab keeps its lock, and what reaches it meanwhile waits. */
	@Test
	void tabThatTheBrowserHasFrozenLosesTheLeadAndNoEvent() {
		follow(1000);
		String first = this.page.tab();
		String second = openTab(1000);
		publish();
		awaitNumbers(first, second);
		this.page.use(first);
		lifecycle("frozen");
		for (int i = 0; i < 10; i++) {
			publish();
		}
		awaitNumbers(second);
		this.page.use(first);
		lifecycle("active");
		publish();
		awaitNumbers(first, second);
	}

	private void lifecycle(String state) {
		this.page.browser().executeCdpCommand("Page.setWebLifecycleState", Map.of("state", state));
	}

	private String openTab(int silence) {
		String tab = this.page.openTab("");
		follow(silence);
		return tab;
	}

	private void follow(int silence) {
		Object state = this.page.browser().executeAsyncScript("""
				const [silence, done] = arguments;
				import("/shared-stream.js").then(({ SharedStream }) => {
				  window.seen = [];
				  window.stream = SharedStream.open("events/numbers", {
				    types: ["number"],
				    silence,
				    onEvent: ({ data }) => seen.push(Number(data)),
				    onState: (state) => state === "live" && done(state)
				  });
				  stream.resume();
				});""", silence);
		assertThat(state).isEqualTo("live");
	}

	private void whilePublishing(Runnable action) {
		ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
		publisher.scheduleAtFixedRate(this::publish, 0, 5, TimeUnit.MILLISECONDS);
		action.run();
		publisher.shutdown();
		await().until(publisher::isTerminated);
	}

	private void publish() {
		this.numbers.publish("number", ++this.last);
	}

	private void awaitNumbers(String... tabs) {
		List<Long> all = LongStream.rangeClosed(1, this.last).boxed().toList();
		for (String tab : tabs) {
			this.page.use(tab);
			await().untilAsserted(() -> assertThat(this.page.browser().executeScript("return seen")).isEqualTo(all));
		}
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Configuration {

		@Bean
		EventChannel numbers() {
			return EventChannel.create();
		}

	}

}
