package io.eventsource.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.eventsource.CloseReason;
import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.Patience;
import io.eventsource.PersonalStream;
import io.eventsource.RefusalReason;
import io.eventsource.StreamListener;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.ServerRequestObservationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams in contexts that have a parent: what the parent has is used as Spring would
 * inject it, and whichever context ends first, each client gets one clean end.
 */
@ExtendWith(OutputCaptureExtension.class)
class ContextHierarchyTests {

	private static final int CLIENTS = 10;

	private final Set<Thread> before = threads();

	private final List<TestServer> servers = new ArrayList<>();

	private final List<StreamClient> clients = new ArrayList<>();

	private ConfigurableApplicationContext parent;

	@AfterEach
	void stop() {
		this.clients.forEach(StreamClient::close);
		this.servers.forEach(TestServer::close);
		if (this.parent != null) {
			this.parent.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void childrenAreServedWithWhatTheirParentHas(TestServer.Container container, CapturedOutput output)
			throws Exception {
		startParent(Common.class);
		TestServer first = start(container, FirstChild.class);
		TestServer second = start(container, SecondChild.class);
		List<StreamClient> leaving = connect(first, "/events/messages");
		List<StreamClient> staying = connect(second, "/events/orders");
		first.bean("messages", EventChannel.class).publish("shown", List.of(1));
		first.bean("messages", EventChannel.class).publish("hidden", List.of(2));
		first.bean("messages", EventChannel.class).publish("order", List.of(3));
		second.bean("orders", EventChannel.class).publish("order", List.of(4));
		second.bean("orders", EventChannel.class).publish("shown", List.of(5));
		assertData(leaving, "written [1]", "written [3]");
		// A filter of the parent that is only for this stream
		assertData(staying, "written [5]");
		try (StreamClient refused = StreamClient.connect(first.uri("/events/messages?refuse"))) {
			assertThat(refused.head().statusCode()).isEqualTo(403);
		}
		Listener listener = this.parent.getBean(Listener.class);
		assertThat(listener.refused).containsExactly("messages");

		first.close();
		assertCleanEnd(leaving);
		assertThat(staying).noneMatch(StreamClient::hasEnded);
		assertThat(listener.closed).hasSize(CLIENTS).doesNotHaveDuplicates();
		second.bean("orders", EventChannel.class).publish("shown", List.of(6));
		assertData(staying, "written [5]", "written [6]");

		this.parent.close();
		assertCleanEnd(staying);
		assertThat(listener.closed).hasSize(2 * CLIENTS).doesNotHaveDuplicates();
		assertNothingLeft(output);
	}

	@ParameterizedTest
	@EachContainer
	void publisherOfTheParentIsServedByEachChild(TestServer.Container container, CapturedOutput output)
			throws Exception {
		startParent(CommonChannel.class);
		TestServer first = start(container, FirstReader.class);
		TestServer second = start(container, SecondReader.class);
		List<StreamClient> leaving = connect(first, "/events/common");
		List<StreamClient> staying = connect(second, "/events/news");
		EventChannel channel = this.parent.getBean(EventChannel.class);
		channel.publish("message", "a");
		assertData(leaving, "a");
		assertData(staying, "a");
		first.close();
		assertCleanEnd(leaving);
		channel.publish("message", "b");
		assertData(staying, "a", "b");
		second.close();
		assertCleanEnd(staying);
		channel.publish("message", "c");
		this.parent.close();
		assertNothingLeft(output);
	}

	@Test
	void metersOfAParentShowTheStreamsOfChildrenForAsLongAsTheseLive(CapturedOutput output) throws Exception {
		startParent(Monitored.class);
		MeterRegistry registry = this.parent.getBean(MeterRegistry.class);
		for (int i = 1; i <= 2; i++) {
			TestServer first = start(TestServer.Container.TOMCAT, FirstChild.class);
			TestServer second = start(TestServer.Container.JETTY, SecondChild.class);
			List<StreamClient> all = new ArrayList<>(connect(first, "/events/messages"));
			all.addAll(connect(second, "/events/orders"));
			first.bean("messages", EventChannel.class).publish("message", "a");
			assertData(all.subList(0, CLIENTS), "a");
			assertThat(clients(registry, "messages").gauge().value()).isEqualTo(CLIENTS);
			assertThat(clients(registry, "orders").gauge().value()).isEqualTo(CLIENTS);
			assertThat(published(registry)).isEqualTo(1);

			first.close();
			assertThat(clients(registry, "messages").gauge()).isNull();
			assertThat(clients(registry, "orders").gauge().value()).isEqualTo(CLIENTS);
			assertReadable(registry);
			second.close();
			assertCleanEnd(all);
			assertThat(clients(registry, "orders").gauge()).isNull();
			assertReadable(registry);
			assertThat(registry.get("eventsource.clients.opened").tag("stream", "messages").counter().count())
				.isEqualTo(i * CLIENTS);
		}
		this.parent.close();
		assertThat(leftThreads()).isEmpty();
		// Others have something to say of their own threads
		assertThat(output.getAll().lines().filter((line) -> line.contains("eventsource")))
			.noneMatch((line) -> line.matches(".* (WARN|ERROR) .*"));
	}

	@ParameterizedTest
	@EachContainer
	void clientThatLeavesIsNoErrorForTheObservationsOfAParent(TestServer.Container container) throws Exception {
		startParent(Monitored.class);
		Observations observations = this.parent.getBean(Observations.class);
		TestServer server = start(container, FirstChild.class, "eventsource.heartbeat=50ms");
		connect(server, "/events/messages").forEach(StreamClient::close);
		await().untilAsserted(() -> assertThat(observations.stopped).hasSize(CLIENTS));
		assertThat(observations.errors).isEmpty();
	}

	@ParameterizedTest
	@EachContainer
	void managementContextShowsStreamsAndServesNone(TestServer.Container container, CapturedOutput output)
			throws Exception {
		// Spring Boot knows only one container there
		String other = (container == TestServer.Container.TOMCAT) ? "jetty.autoconfigure.actuate.web.server.Jetty"
				: "tomcat.autoconfigure.actuate.web.server.Tomcat";
		TestServer server = start(container, FirstChild.class, "management.server.port=0",
				"management.server.address=127.0.0.1", "management.endpoints.web.exposure.include=*",
				TestServer.without(TestServer.DATABASE, TestServer.SECURITY,
						"org.springframework.boot." + other + "ServletManagementContextAutoConfiguration"));
		List<StreamClient> all = connect(server, "/events/messages");
		URI management = URI.create(
				"http://127.0.0.1:" + server.context().getEnvironment().getRequiredProperty("local.management.port"));
		assertThat(get(management.resolve("/actuator/eventsource/messages")).body()).contains("\"clients\":" + CLIENTS);
		assertThat(get(management.resolve("/events/messages")).statusCode()).isEqualTo(404);
		server.close();
		assertCleanEnd(all);
		assertNothingLeft(output);
	}

	/** Meters of Spring Boot itself, one of each context, collide in the registry. */
	private void startParent(Class<?> configuration) {
		this.parent = new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "management.metrics.enable.all=false",
					"management.metrics.enable.eventsource=true",
					TestServer.without(TestServer.DATABASE, TestServer.SECURITY))
			.run();
	}

	private TestServer start(TestServer.Container container, Class<?> application, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.addAll(List.of("eventsource.shutdown.drain=500ms", "server.shutdown=graceful"));
		TestServer server = TestServer.start(container, this.parent, application, all.toArray(String[]::new));
		this.servers.add(server);
		return server;
	}

	private List<StreamClient> connect(TestServer server, String path) throws Exception {
		List<StreamClient> opened = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			opened.add(StreamClient.connect(server.uri(path)));
			assertThat(opened.get(i).head().statusCode()).isEqualTo(200);
		}
		this.clients.addAll(opened);
		return opened;
	}

	private static void assertData(List<StreamClient> clients, String... expected) {
		for (StreamClient client : clients) {
			await().untilAsserted(() -> assertThat(client.data()).containsExactly(expected));
		}
	}

	private static void assertCleanEnd(List<StreamClient> clients) throws Exception {
		for (StreamClient client : clients) {
			client.awaitEnd();
		}
		assertThat(clients.stream().map(StreamClient::reconnectionTime).distinct()).hasSizeGreaterThan(CLIENTS / 2)
			.allMatch((time) -> time.compareTo(Duration.ofSeconds(3)) >= 0);
	}

	private static Search clients(MeterRegistry registry, String stream) {
		return registry.find("eventsource.clients").tag("stream", stream);
	}

	private static double published(MeterRegistry registry) {
		return registry.get("eventsource.events.published").tag("stream", "messages").functionCounter().count();
	}

	private static void assertReadable(MeterRegistry registry) {
		for (Meter meter : registry.getMeters()) {
			if (meter.getId().getName().startsWith("eventsource.")) {
				meter.measure()
					.forEach((value) -> assertThat(value.getValue()).as(meter.getId().toString()).isNotNaN());
			}
		}
	}

	private static HttpResponse<String> get(URI uri) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).timeout(Patience.LIMIT).build(), HttpResponse.BodyHandlers.ofString());
	}

	private void assertNothingLeft(CapturedOutput output) {
		assertThat(leftThreads()).isEmpty();
		assertThat(output).doesNotContain(" WARN ", " ERROR ", "\tat ");
	}

	private Set<Thread> leftThreads() {
		Set<Thread> left = threads();
		left.removeAll(this.before);
		return left;
	}

	private static Set<Thread> threads() {
		Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
		threads.removeIf((thread) -> !thread.getName().startsWith("eventsource-"));
		return threads;
	}

	/**
	 * What children have in common.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Common {

		@Bean
		DataWriter writer() {
			return (data) -> "written " + data;
		}

		@Bean
		EventFilter hidden() {
			return (event, client) -> !event.type().equals("hidden");
		}

		@Bean
		@Qualifier("orders")
		EventFilter noOrders() {
			return (event, client) -> !event.type().equals("order");
		}

		@Bean
		StreamAdmission admission() {
			return (client, request) -> (request.getParameter("refuse") != null) ? Admission.forbidden()
					: Admission.accept();
		}

		@Bean
		Listener listener() {
			return new Listener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FirstChild {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		PersonalStream personal() {
			return (client) -> Flux.just(Event.of("hello"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SecondChild {

		@Bean
		EventChannel orders() {
			return EventChannel.create();
		}

	}

	/**
	 * A bus of children.
	 */
	@Configuration(proxyBeanMethods = false)
	static class CommonChannel {

		@Bean
		EventChannel common() {
			return EventChannel.create();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FirstReader {

		@Bean
		EventChannel common(ApplicationContext context) {
			return context.getParent().getBean(EventChannel.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SecondReader {

		@Bean
		EventChannel news(@Qualifier("common") EventChannel common) {
			return common;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Monitored {

		@Bean
		Observations observations() {
			return new Observations();
		}

	}

	/**
	 * Keeps which requests have ended and which have failed.
	 */
	static class Observations implements ObservationHandler<ServerRequestObservationContext> {

		private final List<Object> stopped = new CopyOnWriteArrayList<>();

		private final List<Throwable> errors = new CopyOnWriteArrayList<>();

		@Override
		public void onError(ServerRequestObservationContext context) {
			Throwable error = context.getError();
			if (error != null) {
				this.errors.add(error);
			}
		}

		@Override
		public void onStop(ServerRequestObservationContext context) {
			this.stopped.add(context);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof ServerRequestObservationContext;
		}

	}

	/**
	 * Keeps who has gone and who was turned away.
	 */
	static class Listener implements StreamListener {

		private final List<String> closed = new CopyOnWriteArrayList<>();

		private final List<String> refused = new CopyOnWriteArrayList<>();

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			this.closed.add(client.id());
		}

		@Override
		public void clientRefused(String stream, RefusalReason reason) {
			this.refused.add(stream);
		}

	}

}
