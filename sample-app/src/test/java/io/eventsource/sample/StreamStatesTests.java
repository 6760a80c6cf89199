package io.eventsource.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.eventsource.Event;
import io.eventsource.EventTopics;
import io.eventsource.PersonalStream;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a page learns about its streams, and what it does about it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "eventsource.retry=200ms")
@EnabledIf(value = "io.eventsource.sample.Chromium#isInstalled", disabledReason = Chromium.REMEDY)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamStatesTests {

	@LocalServerPort
	private int port;

	@Autowired
	@Qualifier("rooms")
	private EventTopics rooms;

	@Autowired
	private Gate gate;

	private SamplePage page;

	@BeforeAll
	void openBrowser(@TempDir(cleanup = CleanupMode.NEVER) Path profile) {
		this.page = SamplePage.open(this.port, profile);
	}

	@BeforeEach
	void openGate() {
		this.gate.status = 200;
		this.gate.requests.clear();
		this.page.load("");
	}

	@AfterAll
	void closeBrowser() {
		this.page.close();
	}

	@Test
	void streamThatHasEndedIsNeverOpenedAgain() {
		this.rooms.publish("closed", "message", new Message("The last one", Instant.now()));
		this.rooms.complete("closed");
		open("Stream", "events/rooms/closed");
		awaitState("ended");
		assertThat(script("return seen")).isEqualTo(1L);
		assertThat(this.gate.requests).containsExactly("GET 200", "GET 204", "HEAD 204");
		script("stream.resume(); stream.pause(); stream.resume()");
		assertThat(states()).endsWith("ended").doesNotContain("paused");
		assertThat(this.gate.requests).hasSize(3);
	}

	@Test
	void streamOfItsOwnIsNotOpenedAgainEither() {
		open("Stream", "events/own");
		awaitState("ended");
		assertThat(script("return seen")).isEqualTo(1L);
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403, 404 })
	void streamThatIsRefusedSaysWhyAndIsTriedAgainWhenAsked(int status) {
		this.gate.status = status;
		open("Stream", "events/rooms/closed-to-some");
		awaitState("refused " + status);
		this.gate.status = 200;
		script("stream.resume()");
		awaitState("live");
	}

	@Test
	void pageToSignInIsARefusal() {
		this.gate.status = 302;
		open("Stream", "events/rooms/closed-to-some");
		awaitState("refused 200");
	}

	@Test
	void serverThatIsOverloadedIsAskedAgain() {
		this.gate.status = 503;
		script("const { setTimeout } = window; window.setTimeout = (action, time) => setTimeout(action, time / 50)");
		open("Stream", "events/rooms/busy");
		await().until(() -> this.gate.requests.size() > 4);
		assertThat(states()).containsOnly("connecting", "reconnecting");
		this.gate.status = 200;
		awaitState("live");
	}

	@Test
	void tabsLearnOfARefusalTogetherAndOfItsEnd() {
		this.gate.status = 401;
		open("SharedStream", "events/rooms/shared");
		awaitState("refused 401");
		String first = this.page.tab();
		this.page.openTab("");
		open("SharedStream", "events/rooms/shared");
		awaitState("refused 401");
		this.gate.status = 200;
		script("stream.resume()");
		awaitState("live");
		this.rooms.publish("shared", "message", new Message("The last one", Instant.now()));
		this.rooms.complete("shared");
		awaitState("ended");
		script("stream.resume()");
		assertThat(states()).endsWith("ended");
		this.page.browser().close();
		this.page.use(first);
		awaitState("ended");
		assertThat(script("return seen")).isEqualTo(1L);
	}

	@ParameterizedTest
	@ValueSource(strings = { "delete Navigator.prototype.locks", "delete window.BroadcastChannel",
			"LockManager.prototype.request = () => Promise.reject(new DOMException('', 'SecurityError'))" })
	void browserThatCannotShareHasAConnectionForEachTab(String lack) {
		Map<String, Object> script = this.page.browser()
			.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", lack));
		this.page.load("");
		this.page.awaitText("#connection-dashboard .state", "live");
		this.page.awaitText("#status", "\"heap\"");
		this.page.browser()
			.executeCdpCommand("Page.removeScriptToEvaluateOnNewDocument",
					Map.of("identifier", script.get("identifier")));
	}

	@Test
	void pageIsKeptForTheWayBackAndGoesOnAfterItsLastEvent() {
		script("location.hash = 'way-back'; window.kept = true");
		this.page.awaitText("#message-label", "way-back");
		this.page.awaitText("#connection-rooms .state", "live");
		this.rooms.publish("way-back", "message", new Message("Before", Instant.now()));
		this.page.awaitText("#messages", "Before");
		this.page.browser().get("http://localhost:" + this.port + "/favicon.svg");
		this.rooms.publish("way-back", "message", new Message("Meanwhile", Instant.now()));
		this.page.browser().navigate().back();
		this.page.awaitText("#messages", "Meanwhile");
		assertThat(script("return window.kept")).isEqualTo(true);
		assertThat(this.page.messages()).containsExactly("Before", "Meanwhile");
		this.page.awaitText("#connection-dashboard .state", "live");
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			# what each of the clocks shows later, in seconds, and whether that is a silence of more than 45 s
			44,   44,    false
			46,   46,    true
			# asleep, in a browser one of whose clocks stands still
			3600, 0,     true
			# set forward, and set back
			3600, 10,    true
			-100, 44,    false
			-100, 46,    true
			""")
	void watchdogComparesTimes(long date, long time, boolean silence) {
		Object called = this.page.browser().executeAsyncScript("""
				const [date, time, done] = arguments;
				import("/watchdog.js").then(({ Watchdog }) => {
				  const clocks = { date: 1e12, time: 5000 };
				  Date.now = () => clocks.date;
				  performance.now = () => clocks.time;
				  let called = 0;
				  const watchdog = new Watchdog(45000, () => called++);
				  watchdog.check();
				  watchdog.start();
				  clocks.date += date * 1000;
				  clocks.time += time * 1000;
				  watchdog.check();
				  watchdog.check();
				  watchdog.stop();
				  clocks.date += 1e9;
				  watchdog.check();
				  done(called);
				});""", date, time);
		assertThat(called).isEqualTo(silence ? 1L : 0L);
	}

	private void open(String kind, String url) {
		this.page.browser().executeAsyncScript("""
				const [kind, url, done] = arguments;
				import(kind === "Stream" ? "/streams.js" : "/shared-stream.js").then((module) => {
				  window.states = [];
				  window.seen = 0;
				  window.stream = new module[kind](url, {
				    types: ["message"],
				    silence: 45000,
				    onEvent: () => seen++,
				    onState: (state, reconnects, status) => states.push(status ? state + " " + status : state)
				  });
				  stream.resume();
				  done();
				});""", kind, url);
	}

	private void awaitState(String state) {
		await().untilAsserted(() -> assertThat(states()).endsWith(state));
	}

	@SuppressWarnings("unchecked")
	private List<String> states() {
		return (List<String>) script("return states");
	}

	private Object script(String script) {
		return this.page.browser().executeScript(script);
	}

	/**
	 * Refuses requests for a room, as something in front of it may, and takes note of
	 * them.
	 */
	static class Gate extends OncePerRequestFilter {

		private final Queue<String> requests = new ConcurrentLinkedQueue<>();

		private volatile int status = 200;

		@Override
		protected boolean shouldNotFilter(HttpServletRequest request) {
			return !request.getRequestURI().startsWith("/events/rooms/");
		}

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			switch (this.status) {
				case 200 -> chain.doFilter(request, response);
				case 302 -> response.sendRedirect("/favicon.svg");
				default -> response.setStatus(this.status);
			}
			this.requests.add(request.getMethod() + " " + response.getStatus());
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Configuration {

		@Bean
		PersonalStream own() {
			return (client) -> Flux.just(Event.of("All there is"));
		}

		@Bean
		Gate gate() {
			return new Gate();
		}

	}

}
