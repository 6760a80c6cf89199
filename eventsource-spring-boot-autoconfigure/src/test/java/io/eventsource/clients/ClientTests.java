package io.eventsource.clients;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.PersonalStream;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.TestServer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What each client makes of a stream, on each container, through a network that breaks.
 */
class ClientTests {

	private static final List<String> TYPES = List.of("message", "price", "gr\u00f6\u00dfe", "gap");

	private static final Set<ClientKind> KEEPS_IDS_WITHOUT_DATA = EnumSet.of(ClientKind.CHROMIUM,
			ClientKind.FETCH_EVENT_SOURCE, ClientKind.WEB_CLIENT, ClientKind.JDK, ClientKind.PYTHON, ClientKind.CURL);

	private static final Map<TestServer.Container, TestServer> servers = new EnumMap<>(TestServer.Container.class);

	private static Programs programs;

	private TestServer server;

	private Relay relay;

	private Client client;

	private String stream;

	@BeforeAll
	static void start(@TempDir(cleanup = CleanupMode.NEVER) Path folder) {
		programs = new Programs(folder);
		for (TestServer.Container container : TestServer.containers()) {
			servers.put(container, TestServer.start(container, Application.class, "eventsource.retry=50ms",
					"eventsource.buffer-size=4", "spring.web.resources.static-locations=" + Programs.CLIENTS.toUri()));
		}
	}

	@AfterAll
	static void stop() {
		programs.close();
		servers.values().forEach(TestServer::close);
	}

	@AfterEach
	void close() {
		if (this.client != null) {
			this.client.close();
		}
		if (this.relay != null) {
			this.relay.close();
		}
	}

	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void isOpenBeforeTheFirstEvent(ClientKind kind, TestServer.Container container) throws Exception {
		connect(kind, container, "idle");
		assertThat(this.client.seen().events()).isEmpty();
	}

	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void getsTypesAndIds(ClientKind kind, TestServer.Container container) throws Exception {
		connect(kind, container, "types");
		publish(Event.builder().id("1").data("plain").build());
		publish(Event.builder().id("2").type("price").data("{\"a\":1}").build());
		publish(Event.builder().id("3").type("gr\u00f6\u00dfe").data("\u20ac \ud83d\ude00").build());
		soon().untilAsserted(() -> assertThat(this.client.seen().events()).containsExactly(
				new Received("message", "plain", "1"), new Received("price", "{\"a\":1}", "2"),
				new Received("gr\u00f6\u00dfe", "\u20ac \ud83d\ude00", "3")));
	}

	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void getsDataOfManyLines(ClientKind kind, TestServer.Container container) throws Exception {
		connect(kind, container, "lines");
		publish(Event.of("a\n\n  b\r\nc\rdata: d\n"));
		awaitData("a\n\n  b\nc\ndata: d\n");
	}

	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void resumesAfterTheConnectionWasCut(ClientKind kind, TestServer.Container container) throws Exception {
		connect(kind, container, "cut");
		publish(Event.of("a"));
		publish(Event.of("b"));
		awaitData("a", "b");
		this.relay.cut();
		publish(Event.of("c"));
		awaitData("a", "b", "c");
		publish(Event.of("d"));
		awaitData("a", "b", "c", "d");
		assertThat(this.client.seen().opens()).isGreaterThan(1);
	}

	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void resumesAfterTheServerHasEndedTheResponse(ClientKind kind, TestServer.Container container) throws Exception {
		connect(kind, container, "sentAway");
		publish(Event.of("a"));
		awaitData("a");
		this.server.bean(EventSourceEndpoint.class).disconnect((connection) -> connection.stream().equals(this.stream));
		publish(Event.of("b"));
		awaitData("a", "b");
		publish(Event.of("c"));
		awaitData("a", "b", "c");
		assertThat(this.client.seen().opens()).isEqualTo(2);
	}

	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void staysAwayOnceTheStreamHasEnded(ClientKind kind, TestServer.Container container) throws Exception {
		connect(kind, container, "ended");
		publish(Event.of("a"));
		awaitData("a");
		this.server.bean(EventSourceEndpoint.class).stop(this.stream);
		soon().until(() -> this.client.seen().stopped());
		// Six times the reconnection time
		await().during(Duration.ofMillis(300))
			.untilAsserted(() -> assertThat(this.server.bean(Answers.class).to(this.stream)).containsExactly(200, 204));
		assertThat(this.client.seen().data()).containsExactly("a");
	}

	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void isToldOfWhatItHasMissed(ClientKind kind, TestServer.Container container) throws Exception {
		connect(kind, container, "gap");
		publish(Event.of("1"));
		awaitData("1");
		String last = this.client.seen().events().get(0).lastEventId();
		this.relay.breakDown();
		for (int i = 2; i <= 7; i++) {
			publish(Event.of("" + i));
		}
		soon().until(() -> this.server.snapshot(this.stream).published() == 7);
		this.relay.mend();
		awaitData("1", "{\"cause\":\"evicted\",\"missed\":2}", "4", "5", "6", "7");
		assertThat(this.client.seen().events().get(1)).extracting(Received::type, Received::lastEventId)
			// npm's eventsource shows the ids of events alone, but sends the right one
			.containsExactly("gap", (kind != ClientKind.NODE) ? last : "");
	}

	/**
	 * The first block of a stream has an id and no data. A client that forgets it comes
	 * back as a new one.
	 */
	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void missesNothingBeforeItsFirstEventIfItKeepsIdsWithoutData(ClientKind kind, TestServer.Container container)
			throws Exception {
		connect(kind, container, "quiet");
		this.relay.refuse();
		this.server.bean(EventSourceEndpoint.class).disconnect((connection) -> connection.stream().equals(this.stream));
		publish(Event.of("a"));
		soon().until(() -> this.server.snapshot(this.stream).published() == 1);
		this.relay.mend();
		if (KEEPS_IDS_WITHOUT_DATA.contains(kind)) {
			awaitData("a");
		}
		else {
			soon().until(() -> this.client.seen().opens() == 2);
			publish(Event.of("b"));
			awaitData("b");
		}
	}

	/**
	 * The last block of such a stream has an id and no data. A client that forgets it
	 * comes back with the id before, and begins again.
	 */
	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("clients")
	void streamOfItsOwnEndsForAClientThatKeepsIdsWithoutData(ClientKind kind, TestServer.Container container)
			throws Exception {
		follow(kind, container, "own");
		if (KEEPS_IDS_WITHOUT_DATA.contains(kind)) {
			soon().until(() -> this.client.seen().stopped());
			soon().untilAsserted(
					() -> assertThat(this.server.bean(Answers.class).to(this.stream)).containsExactly(200, 204));
			assertThat(this.client.seen().data()).containsExactly("a", "b");
		}
		else {
			soon().untilAsserted(() -> assertThat(this.client.seen().data()).startsWith("a", "b",
					"{\"cause\":\"restarted\"}", "a", "b"));
			assertThat(this.client.seen().stopped()).isFalse();
		}
	}

	private void follow(ClientKind kind, TestServer.Container container, String scenario) throws IOException {
		kind.assumeInstalled();
		this.server = servers.get(container);
		this.stream = Streams.name(kind, scenario);
		this.relay = Relay.to(this.server.port());
		this.client = kind.follow(this.relay.uri("/events/" + this.stream), TYPES, programs);
	}

	private void connect(ClientKind kind, TestServer.Container container, String scenario) throws IOException {
		follow(kind, container, scenario);
		// The head is sent once the client has its place in the log
		soon().until(() -> this.client.seen().opens() == 1);
	}

	private void publish(Event event) {
		this.server.context().getBean(this.stream, EventChannel.class).publish(event);
	}

	private static ConditionFactory soon() {
		return await().pollInterval(Duration.ofMillis(20));
	}

	private void awaitData(String... data) {
		soon().untilAsserted(() -> {
			Seen seen = this.client.seen();
			assertThat(seen.data()).as(seen.toString()).containsExactly(data);
		});
	}

	static Stream<Arguments> clients() {
		return Arrays.stream(ClientKind.values())
			.flatMap((kind) -> TestServer.containers().stream().map((container) -> Arguments.of(kind, container)));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Streams.class)
	static class Application {

		@Bean
		Answers answers() {
			return new Answers();
		}

	}

	/**
	 * A stream for each client and test.
	 */
	static class Streams implements BeanRegistrar {

		private static final List<String> SCENARIOS = List.of("idle", "types", "lines", "cut", "sentAway", "ended",
				"gap", "quiet");

		static String name(ClientKind kind, String scenario) {
			return kind + "-" + scenario;
		}

		@Override
		public void register(BeanRegistry registry, Environment environment) {
			for (ClientKind kind : ClientKind.values()) {
				registry.registerBean(name(kind, "own"), PersonalStream.class,
						(bean) -> bean.supplier((context) -> (client) -> Flux.just(Event.of("a"), Event.of("b"))));
				for (String scenario : SCENARIOS) {
					registry.registerBean(name(kind, scenario), EventChannel.class,
							(bean) -> bean.supplier((context) -> EventChannel.create()));
				}
			}
		}

	}

}
