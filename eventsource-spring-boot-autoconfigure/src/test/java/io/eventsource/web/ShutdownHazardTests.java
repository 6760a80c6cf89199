package io.eventsource.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.StreamListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A shutdown keeps to its time whatever the application's code or its settings make of
 * it, and says who is at fault.
 */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownHazardTests {

	private final List<StreamClient> open = new ArrayList<>();

	private TestServer server;

	private Application application;

	@AfterEach
	void stop() {
		this.application.release.countDown();
		this.open.forEach(StreamClient::close);
		this.server.close();
	}

	@ParameterizedTest
	@EachContainer
	void listenerThatBlocksIsNamedAndCostsNobodyTheCleanEnd(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container);
		connect("slow", 5);
		connect("healthy", 20);
		this.application.slowListener = true;
		assertCleanEnd();
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN"))).singleElement()
			.asString()
			.contains("listener", "stream 'slow'", "has held up worker");
	}

	@ParameterizedTest
	@EachContainer
	void filterThatBlocksIsNamedAndCostsOthersNothing(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container);
		connect("healthy", 20);
		List<StreamClient> healthy = List.copyOf(this.open);
		connect("slow", 1);
		this.application.slowFilter = true;
		this.server.bean("slow", EventChannel.class).publish("message", "a");
		this.server.context().stop();
		for (StreamClient client : healthy) {
			client.awaitEnd();
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN"))).singleElement()
			.asString()
			.contains("filter", "has held up worker");
	}

	@ParameterizedTest
	@EachContainer
	void windowThatIsLongerThanAPhaseIsSaidAndKeptWithin(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container, "server.shutdown=graceful", "eventsource.shutdown.drain=60s",
				"spring.lifecycle.timeout-per-shutdown-phase=3s");
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN"))).singleElement()
			.asString()
			.contains("eventsource.shutdown.drain (60s)", "spring.lifecycle.timeout-per-shutdown-phase (3s)",
					"within 2s");
		connect("healthy", 50);
		assertCleanEnd();
	}

	/** Tomcat drops what its threads have not begun with when it stops. */
	@Test
	void endThatTheContainerIsLateToWriteIsAwaited() throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, SlowApplication.class,
				"eventsource.shutdown.drain=100ms", "server.tomcat.threads.max=1");
		this.application = this.server.bean(Application.class);
		connect("healthy", 20);
		try (StreamClient slow = StreamClient.open(this.server.uri("/slow"))) {
			await().until(() -> this.server.bean(SlowApplication.class).busy);
			assertCleanEnd();
		}
	}

	private void assertCleanEnd() throws Exception {
		long begun = System.nanoTime();
		this.server.context().stop();
		// Far less than the blocked call, or a phase, takes
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
		for (StreamClient client : this.open) {
			client.awaitEnd();
			assertThat(client.reconnectionTime()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6));
		}
	}

	private void start(TestServer.Container container, String... properties) {
		String[] all = Stream
			.concat(Stream.of("eventsource.shutdown.drain=2s", "eventsource.dispatcher.threads=1"),
					Stream.of(properties))
			.toArray(String[]::new);
		this.server = TestServer.start(container, Application.class, all);
		this.application = this.server.bean(Application.class);
	}

	private void connect(String stream, int count) throws Exception {
		for (int i = 0; i < count; i++) {
			this.open.add(StreamClient.connect(this.server.uri("/events/" + stream)));
		}
		await().until(() -> this.server.clients(stream) == count);
	}

	/**
	 * Keeps a thread of the container busy for a while.
	 */
	@RestController
	@Import(Application.class)
	static class SlowApplication {

		private volatile boolean busy;

		@GetMapping("/slow")
		String answer() throws InterruptedException {
			this.busy = true;
			new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
			return "at last";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application implements StreamListener {

		private final CountDownLatch release = new CountDownLatch(1);

		private volatile boolean slowListener;

		private volatile boolean slowFilter;

		@Bean
		EventChannel slow() {
			return EventChannel.create();
		}

		@Bean
		EventChannel healthy() {
			return EventChannel.create();
		}

		@Bean
		@Qualifier("slow")
		EventFilter filter() {
			return (event, client) -> {
				block(this.slowFilter);
				return true;
			};
		}

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			block(this.slowListener && client.stream().equals("slow"));
		}

		private void block(boolean condition) {
			try {
				if (condition) {
					this.release.await(60, TimeUnit.SECONDS);
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
