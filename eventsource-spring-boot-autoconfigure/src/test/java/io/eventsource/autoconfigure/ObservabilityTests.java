package io.eventsource.autoconfigure;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.eventsource.Callee;
import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventTopics;
import io.eventsource.GapCause;
import io.eventsource.RefusalReason;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an operator sees of the streams: meters, health, and the actuator endpoint.
 */
@ExtendWith(OutputCaptureExtension.class)
class ObservabilityTests {

	private final JsonMapper json = JsonMapper.shared();

	private final List<StreamClient> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void everythingThatHappensToAStreamIsMeasured(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-connections=2", "eventsource.buffer-size=4",
				"eventsource.max-event-size=500");
		EventChannel orders = this.server.bean(EventChannel.class);
		StreamClient first = client("/events/orders");
		for (int i = 1; i <= 6; i++) {
			orders.publish("order", i);
			int count = i;
			await().until(() -> first.count() == count);
		}
		StreamClient second = client("/events/orders", "Last-Event-ID", first.events().get(0).lastEventId());
		await().until(() -> second.count() == 5);
		client("/events/orders").awaitEnd();
		assertThat(value("eventsource.clients")).isEqualTo(2);
		assertThat(value("eventsource.clients.opened")).isEqualTo(2);
		assertThat(value("eventsource.clients.refused", "reason", "max-connections")).isOne();
		assertThat(value("eventsource.events.published")).isEqualTo(6);
		await().until(() -> value("eventsource.events.delivered") == 10);
		assertThat(value("eventsource.events.replayed")).isEqualTo(4);
		assertThat(value("eventsource.data.sent")).isGreaterThan(300);
		assertThat(value("eventsource.gaps", "cause", "evicted")).isOne();
		assertThat(value("eventsource.lag")).isZero();
		await().until(() -> timer("eventsource.delivery.delay").count() >= 6);
		assertThat(timer("eventsource.delivery.delay").max(TimeUnit.SECONDS)).isLessThan(60);
		second.close();
		await().until(() -> value("eventsource.clients") == 1);
		await().until(() -> value("eventsource.clients.closed", "reason", "disconnected") == 1);
		assertThat(timer("eventsource.clients.lifetime").count()).isOne();
	}

	@ParameterizedTest
	@EnumSource
	void failuresOfAPublisherAreMeasuredAndHealthIsDownMeanwhile(TestServer.Container container) throws Exception {
		start(container, "eventsource.restart.min-delay=10s", "management.endpoint.health.show-details=always");
		JsonNode before = get("/actuator/health").path("components").path("eventsource");
		assertThat(before.path("status").asString()).isEqualTo("UP");
		assertThat(before.path("details").path("streams").path("failing").asString()).isEqualTo("waiting");
		client("/events/failing");
		await().until(() -> this.server.bean(MeterRegistry.class)
			.find("eventsource.publisher.failures")
			.tag("stream", "failing")
			.counter() != null);
		JsonNode health = get("/actuator/health").path("components").path("eventsource");
		assertThat(health.path("status").asString()).isEqualTo("DOWN");
		assertThat(health.path("details").path("streams").path("failing").asString()).isEqualTo("restarting");
		assertThat(health.path("details").path("streams").path("orders").asString()).isEqualTo("live");
	}

	@ParameterizedTest
	@EnumSource
	void failingPublisherIsOneErrorAndASummaryHoweverManyClientsThereAre(TestServer.Container container,
			CapturedOutput output) throws Exception {
		start(container, "eventsource.restart.min-delay=20ms", "eventsource.restart.max-delay=20ms");
		for (int i = 0; i < 5; i++) {
			client("/events/failing");
		}
		await().until(() -> valueOf("failing", "eventsource.publisher.restarts") > 5);
		assertThat(output.getAll().lines().filter((line) -> line.contains("ERROR"))).singleElement()
			.asString()
			.contains("The publisher of stream 'failing' failed; clients stay connected");
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN"))).singleElement()
			.asString()
			.contains("The publisher of stream 'failing' has failed 2 times in a row");
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesIsOneLineWithTheReasonAtDebug(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container, "logging.level.io.eventsource.engine=debug");
		try (StreamClient client = client("/events/orders")) {
			client.head();
		}
		await().until(() -> value("eventsource.clients.closed", "reason", "disconnected") == 1);
		assertThat(output.getAll().lines().filter((line) -> line.contains("Closed client"))).singleElement()
			.asString()
			.contains("DEBUG", "of stream 'orders': DISCONNECTED");
	}

	@ParameterizedTest
	@EnumSource
	void streamsOpenedFromCodeShareOneTag(TestServer.Container container) throws Exception {
		start(container);
		for (int i = 0; i < 3; i++) {
			client("/answers/" + i).awaitEnd();
		}
		await().until(() -> valueOf("unnamed", "eventsource.clients.closed", "reason", "completed") == 3);
		assertThat(this.server.bean(MeterRegistry.class).getMeters()).flatExtracting((meter) -> meter.getId().getTags())
			.filteredOn((tag) -> tag.getKey().equals("stream"))
			.extracting(Tag::getValue)
			.isSubsetOf("orders", "failing", "rooms", "unnamed");
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesIsNoErrorOfItsRequest(TestServer.Container container) throws Exception {
		start(container);
		for (int i = 0; i < 5; i++) {
			client("/events/orders").close();
		}
		await().until(() -> value("eventsource.clients.closed", "reason", "disconnected") == 5);
		await().until(() -> requests().mapToLong(Timer::count).sum() == 5);
		assertThat(requests()).allSatisfy((timer) -> {
			assertThat(timer.getId().getTag("exception")).isEqualTo("none");
			assertThat(timer.getId().getTag("outcome")).isEqualTo("SUCCESS");
			assertThat(timer.getId().getTag("uri")).isEqualTo("/events/orders");
		});
	}

	@ParameterizedTest
	@EnumSource
	void requestsForStreamsMayBeKeptOutOfTheMetersOfRequests(TestServer.Container container) throws Exception {
		start(container, "eventsource.metrics.http-server-requests=false");
		client("/events/orders").close();
		await().until(() -> value("eventsource.clients.closed", "reason", "disconnected") == 1);
		get("/actuator/health");
		await().until(() -> requests().count() == 1);
		assertThat(requests()).allSatisfy((timer) -> assertThat(timer.getId().getTag("uri")).contains("health"));
	}

	@Test
	void metersAreBoundToTheRegistryThatAsksForThem() throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class);
		SimpleMeterRegistry own = new SimpleMeterRegistry();
		SimpleMeterRegistry other = new SimpleMeterRegistry();
		new EventSourceMetrics(this.server.context().getBeanProvider(EventSourceEndpoint.class), own).bindTo(other);
		assertThat(own.getMeters()).isEmpty();
		assertThat(other.get("eventsource.clients").tag("stream", "orders").gauge().value()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void pathMayHaveAnyLetters(TestServer.Container container) throws Exception {
		start(container, "eventsource.streams.orders.path=/events/aufträge");
		client("/events/auftr%C3%A4ge").close();
	}

	@Test
	void dashboardShowsEveryMeterAndNoOther() throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class);
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		EventSourceMetrics metrics = new EventSourceMetrics(
				this.server.context().getBeanProvider(EventSourceEndpoint.class), registry);
		metrics.bindTo(registry);
		EventClient client = EventClient.builder("1", "orders").build();
		metrics.clientOpened(client);
		metrics.clientClosed(client, CloseReason.DISCONNECTED);
		metrics.clientRefused("orders", RefusalReason.SHUTDOWN);
		metrics.eventsMissed(client, GapCause.EVICTED, null);
		metrics.eventRejected("orders", "", new IllegalArgumentException());
		metrics.filterFailed(client, Event.of(""), new IllegalArgumentException());
		metrics.eventsFlushed("orders", 1);
		metrics.publisherFailed("orders", new IllegalArgumentException());
		metrics.callFailed("orders", Callee.FILTER, new IllegalArgumentException());
		Set<String> meters = matches("^(eventsource_[a-z_]+)", registry.scrape());
		String dashboard = Files.readString(Path.of("../docs/grafana-dashboard.json"));
		Set<String> shown = matches("(eventsource_[a-z_]+)", dashboard);
		assertThat(meters).containsAll(shown);
		assertThat(shown).containsAll(
				meters.stream().filter((meter) -> !meter.equals("eventsource_clients_lifetime_seconds_max")).toList());
		String manual = Files.readString(Path.of("../docs/operating.md"));
		assertThat(registry.getMeters())
			.allSatisfy((meter) -> assertThat(manual).contains("`" + meter.getId().getName() + "`"));
	}

	private static Set<String> matches(String pattern, String text) {
		return Pattern.compile(pattern, Pattern.MULTILINE)
			.matcher(text)
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toSet());
	}

	@ParameterizedTest
	@EnumSource
	void actuatorShowsStreamsAndTheirClients(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = client("/events/orders");
		this.server.bean(EventChannel.class).publish("order", 1);
		await().until(() -> client.count() == 1);
		JsonNode orders = get("/actuator/eventsource").path("streams").path("orders");
		assertThat(orders.path("state").asString()).isEqualTo("LIVE");
		assertThat(orders.path("clients").asInt()).isOne();
		assertThat(orders.path("position").asInt()).isOne();
		assertThat(orders.path("paths").path(0).asString()).isEqualTo("/events/orders");
		assertThat(orders.path("settings").path("bufferSize").asInt()).isEqualTo(1024);
		assertThat(orders.path("settings").path("writeTimeout").asString()).isEqualTo("PT30S");
		assertThat(orders.path("connections").isArray()).isFalse();
		JsonNode connection = get("/actuator/eventsource/orders").path("connections").path(0);
		assertThat(connection.path("id").asString()).isNotEmpty();
		assertThat(connection.path("address").asString()).isEqualTo("******");
		assertThat(connection.path("lag").asInt()).isZero();
		assertThat(connection.path("bytes").asInt()).isPositive();
		assertThat(Duration.parse(connection.path("age").asString())).isPositive();
		assertThat(status("GET", "/actuator/eventsource/none")).isEqualTo(404);
	}

	@ParameterizedTest
	@EnumSource
	void actuatorShowsUsersAndAddressesOnlyWhereAskedTo(TestServer.Container container) throws Exception {
		start(container, "management.endpoint.eventsource.show-values=always");
		client("/events/orders");
		assertThat(get("/actuator/eventsource/orders").path("connections").path(0).path("address").asString())
			.isEqualTo("127.0.0.1");
	}

	@ParameterizedTest
	@EnumSource
	void actuatorEndsTheConnectionsOfOneClient(TestServer.Container container) throws Exception {
		start(container);
		StreamClient one = client("/events/orders");
		String id = get("/actuator/eventsource/orders").path("connections").path(0).path("id").asString();
		StreamClient other = client("/events/orders");
		assertThat(status("DELETE", "/actuator/eventsource?client=" + id)).isEqualTo(200);
		one.awaitEnd();
		assertThat(other.hasEnded()).isFalse();
		assertThat(status("DELETE", "/actuator/eventsource?principal=nobody")).isEqualTo(200);
		assertThat(other.hasEnded()).isFalse();
		assertThat(status("DELETE", "/actuator/eventsource")).isEqualTo(400);
	}

	@ParameterizedTest
	@EnumSource
	void actuatorEndpointIsNotOnTheWebUnlessExposed(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class);
		assertThat(status("GET", "/actuator/eventsource")).isEqualTo(404);
	}

	private void start(TestServer.Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("eventsource.heartbeat=200ms");
		all.add("management.endpoints.web.exposure.include=health,eventsource");
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	private StreamClient client(String path, String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), headers);
		this.open.add(client);
		return client;
	}

	private JsonNode get(String path) throws Exception {
		return this.json.readTree(send("GET", path).body());
	}

	private int status(String method, String path) throws Exception {
		return send(method, path).statusCode();
	}

	private HttpResponse<String> send(String method, String path) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(this.server.uri(path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
	}

	private double value(String meter, String... tags) {
		return valueOf("orders", meter, tags);
	}

	private double valueOf(String stream, String meter, String... tags) {
		try {
			Meter found = this.server.bean(MeterRegistry.class).get(meter).tag("stream", stream).tags(tags).meter();
			return found.measure().iterator().next().getValue();
		}
		catch (MeterNotFoundException ex) {
			return -1;
		}
	}

	private Timer timer(String name) {
		return this.server.bean(MeterRegistry.class).timer(name, "stream", "orders");
	}

	private Stream<Timer> requests() {
		return this.server.bean(MeterRegistry.class).find("http.server.requests").timers().stream();
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@Autowired
		private EventSourceEndpoint endpoint;

		@Bean
		EventChannel orders() {
			return EventChannel.create();
		}

		@Bean
		EventTopics rooms() {
			return EventTopics.create();
		}

		@Bean
		Flux<Event> failing() {
			return Flux.error(new IllegalStateException("failure"));
		}

		@GetMapping("/answers/{id}")
		SseEmitter answer(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
				throws Exception {
			return this.endpoint.open(Flux.just(id), request, response);
		}

	}

}
