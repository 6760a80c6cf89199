package io.eventsource.war;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that is deployed as a web application archive: whatever the container
 * does with it, its clients get a clean end, and it leaves no thread behind.
 */
class WarTests {

	private static final List<String> PATHS = List.of("/events/messages", "/events/ticks", "/events/personal", "/own");

	@TempDir
	private Path directory;

	private final List<StreamClient> clients = new ArrayList<>();

	private War war;

	@AfterEach
	void stop() {
		this.clients.forEach(StreamClient::close);
		if (this.war != null) {
			System.out.println(this.war.output());
			this.war.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void clientsGetACleanEndWhenTheApplicationIsReloadedAndComeBack(TestServer.Container container) throws Exception {
		deploy(container);
		this.war.tell("reload");
		this.war.awaitLine("host: done");
		assertEndsClean();
		this.clients.clear();
		connect(4);
	}

	@ParameterizedTest
	@EnumSource
	void clientsGetACleanEndWhenTheApplicationIsUndeployedAndNoThreadIsLeft(TestServer.Container container)
			throws Exception {
		deploy(container);
		this.war.tell("undeploy");
		this.war.awaitLine("host: done");
		assertEndsClean();
		assertThat(this.war.output()).doesNotContain("host: thread left");
	}

	@ParameterizedTest
	@EnumSource
	void clientsGetACleanEndWhenTheContainerIsTerminated(TestServer.Container container) throws Exception {
		deploy(container);
		this.war.terminate();
		assertThat(this.war.awaitExit()).as(this.war::output).isTrue();
		assertEndsClean();
		assertThat(this.war.output()).contains("host: stopped");
	}

	private void deploy(TestServer.Container container) throws Exception {
		this.war = War.deploy(container.name(), this.directory, "spring.main.banner-mode=off",
				"eventsource.shutdown.drain=2s");
		connect(100);
	}

	private void connect(int count) throws Exception {
		for (int i = 0; i < count; i++) {
			this.clients.add(StreamClient.open(this.war.uri(PATHS.get(i % PATHS.size()))));
		}
		for (StreamClient client : this.clients) {
			assertThat(client.head().statusCode()).isEqualTo(200);
		}
		for (int i = 1; i < count; i += 4) {
			StreamClient client = this.clients.get(i);
			await().until(() -> client.count() > 0);
		}
	}

	private void assertEndsClean() {
		List<Exception> cut = new ArrayList<>();
		for (StreamClient client : this.clients) {
			try {
				client.awaitEnd();
			}
			catch (Exception ex) {
				cut.add(ex);
			}
		}
		assertThat(cut).as("clients that were cut; the container said: %s", this.war.output()).isEmpty();
		assertThat(this.clients).allSatisfy((client) -> assertThat(client.reconnectionTime())
			.isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6)));
		assertThat(this.clients.stream().map(StreamClient::reconnectionTime).distinct()).hasSizeGreaterThan(50);
		// Tomcat warns of a machine that is slow to make its first random number
		assertThat(this.war.output().lines().filter((line) -> !line.contains("Creation of SecureRandom")))
			.noneMatch((line) -> Stream.of("SEVERE", "ERROR", "WARN", "\tat ").anyMatch(line::contains));
	}

}
