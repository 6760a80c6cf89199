package io.eventsource.autoconfigure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.PersonalStream;
import io.eventsource.RefusalReason;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What meters, traces, JMX and the state of the application say of streams, from the
 * start to the end.
 */
class LifeCycleObservabilityTests {

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
	void allMetersAreThereFromTheStartAndCountUntilTheEnd(TestServer.Container container) throws Exception {
		start(container, "eventsource.shutdown.drain=1s");
		MeterRegistry registry = this.server.bean(MeterRegistry.class);
		for (String stream : List.of("messages", "unnamed")) {
			for (CloseReason reason : CloseReason.values()) {
				assertThat(counter(registry, "eventsource.clients.closed", stream, "reason", reason)).isZero();
			}
			for (RefusalReason reason : RefusalReason.values()) {
				assertThat(counter(registry, "eventsource.clients.refused", stream, "reason", reason)).isZero();
			}
		}
		for (int i = 0; i < 5; i++) {
			client("/events/messages");
			client("/own");
		}
		await().until(() -> registry.get("eventsource.clients.opened").tag("stream", "unnamed").counter().count() == 5);
		this.server.close();
		for (String stream : List.of("messages", "unnamed")) {
			assertThat(counter(registry, "eventsource.clients.closed", stream, "reason", CloseReason.SHUTDOWN))
				.isEqualTo(5);
			assertThat(registry.get("eventsource.clients.lifetime").tag("stream", stream).timer().count()).isEqualTo(5);
		}
	}

	@ParameterizedTest
	@EnumSource
	void countersDoNotGoBackWhereTheApplicationIsStoppedAndStarted(TestServer.Container container) throws Exception {
		start(container);
		MeterRegistry registry = this.server.bean(MeterRegistry.class);
		Map<Meter.Id, Double> before = Map.of();
		for (int round = 1; round <= 3; round++) {
			StreamClient shared = client("/events/messages");
			StreamClient personal = client("/events/personal");
			this.server.bean(EventChannel.class).publish("message", "a");
			await().until(() -> shared.count() == 1 && personal.count() == 1);
			int total = round;
			await().until(() -> function(registry, "eventsource.events.delivered", "messages") == total);
			await().until(() -> function(registry, "eventsource.events.delivered", "personal") == total);
			before = assertNoneIsLess(before, registry);
			this.server.context().stop();
			before = assertNoneIsLess(before, registry);
			this.server.context().start();
			before = assertNoneIsLess(before, registry);
		}
		assertThat(this.server.bean(EventSourceEndpoint.class).stream("messages").published()).isEqualTo(3);
	}

	@ParameterizedTest
	@EnumSource
	void newClientsAreSentElsewhereWhileTheApplicationRefusesTraffic(TestServer.Container container) throws Exception {
		start(container);
		StreamClient before = client("/events/messages");
		AvailabilityChangeEvent.publish(this.server.context(), ReadinessState.REFUSING_TRAFFIC);
		for (String path : List.of("/events/messages", "/events/personal", "/own")) {
			StreamClient refused = client(path).awaitEnd();
			assertThat(refused.head().statusCode()).isEqualTo(200);
			assertThat(refused.reconnectionTime()).isNotNull();
			assertThat(refused.events()).isEmpty();
		}
		this.server.bean(EventChannel.class).publish("message", "a");
		await().until(() -> before.count() == 1);
		AvailabilityChangeEvent.publish(this.server.context(), ReadinessState.ACCEPTING_TRAFFIC);
		StreamClient after = client("/events/messages");
		this.server.bean(EventChannel.class).publish("message", "b");
		await().until(() -> after.data().equals(List.of("b")));
		assertThat(counter(this.server.bean(MeterRegistry.class), "eventsource.clients.refused", "messages", "reason",
				RefusalReason.UNAVAILABLE))
			.isOne();
	}

	@ParameterizedTest
	@EnumSource
	void noSpanOfAStreamIsAnErrorHoweverItEnds(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=50ms", "eventsource.buffer-size=4");
		Spans spans = this.server.bean(Spans.class);
		List<String> paths = List.of("/events/messages", "/events/personal", "/own");
		for (String path : paths) {
			client(path).close();
			client(path);
		}
		client("/events/finite").awaitEnd();
		String[] all = { "/events/messages", "/events/personal", "/own", "/events/finite" };
		// Those that have gone are noticed by the next heartbeats, or are over since they
		// began
		await().until(() -> spans.of(all).size() == (TestServer.isDirect(container) ? 7 : 4));
		this.server.bean(EventSourceEndpoint.class).disconnect((client) -> client.stream().equals("personal"));
		await().until(() -> spans.of(all).size() >= 5);
		this.server.context().stop();
		await().until(() -> spans.of(all).size() == 7);
		assertThat(spans.of(all)).allSatisfy((span) -> {
			assertThat(span.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
			assertThat(span.getEvents()).isEmpty();
		});
	}

	@ParameterizedTest
	@EnumSource
	void operationsOfJmxHaveNoParameterThatNobodyCanGive(TestServer.Container container) throws Exception {
		start(container, "spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=eventsource",
				"spring.jmx.unique-names=true");
		MBeanServer beans = this.server.bean(MBeanServer.class);
		ObjectName name = beans
			.queryNames(new ObjectName("org.springframework.boot:type=Endpoint,name=Eventsource,*"), null)
			.iterator()
			.next();
		Map<String, List<String>> operations = Stream.of(beans.getMBeanInfo(name).getOperations())
			.collect(Collectors.toMap(MBeanOperationInfo::getName,
					(operation) -> Stream.of(operation.getSignature()).map(MBeanParameterInfo::getName).toList()));
		assertThat(operations).containsEntry("stream", List.of("stream")).containsEntry("streams", List.of());
		client("/events/messages");
		Object answer = beans.invoke(name, "stream", new Object[] { "messages" },
				new String[] { String.class.getName() });
		assertThat(answer.toString()).contains("connections=", "******").doesNotContain("127.0.0.1");
	}

	private Map<Meter.Id, Double> assertNoneIsLess(Map<Meter.Id, Double> before, MeterRegistry registry) {
		Map<Meter.Id, Double> now = registry.getMeters()
			.stream()
			.filter((meter) -> meter.getId().getName().startsWith("eventsource."))
			.filter((meter) -> meter.getId().getType() == Meter.Type.COUNTER)
			.collect(Collectors.toMap(Meter::getId,
					value((meter) -> Stream.of(meter)
						.flatMap((each) -> StreamSupport.stream(each.measure().spliterator(), false))
						.filter((measurement) -> measurement.getStatistic() == Statistic.COUNT)
						.mapToDouble((measurement) -> measurement.getValue())
						.sum())));
		before.forEach((id, value) -> assertThat(now.get(id)).as(id.toString()).isGreaterThanOrEqualTo(value));
		return now;
	}

	private static Function<Meter, Double> value(ToDoubleFunction<Meter> value) {
		return value::applyAsDouble;
	}

	private static double counter(MeterRegistry registry, String name, String stream, String tag, Enum<?> value) {
		return registry.get(name)
			.tag("stream", stream)
			.tag(tag, value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.counter()
			.count();
	}

	private static double function(MeterRegistry registry, String name, String stream) {
		FunctionCounter counter = registry.get(name).tag("stream", stream).functionCounter();
		return counter.count();
	}

	private void start(TestServer.Container container, String... properties) {
		this.server = TestServer.start(container, Application.class,
				Stream
					.concat(Stream.of(TestServer.without(TestServer.DATABASE, TestServer.SECURITY)),
							Stream.of(properties))
					.toArray(String[]::new));
	}

	private StreamClient client(String path) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path));
		this.open.add(client);
		return client;
	}

	/**
	 * Keeps the spans that have ended.
	 */
	static class Spans implements SpanExporter {

		private final List<SpanData> spans = new CopyOnWriteArrayList<>();

		List<SpanData> of(String... paths) {
			return this.spans.stream()
				.filter((span) -> Stream.of(paths).anyMatch((path) -> span.getAttributes().asMap().containsValue(path)))
				.toList();
		}

		@Override
		public CompletableResultCode export(Collection<SpanData> ended) {
			this.spans.addAll(ended);
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode flush() {
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode shutdown() {
			return CompletableResultCode.ofSuccess();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		SimpleMeterRegistry registry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		Spans spans() {
			return new Spans();
		}

		@Bean
		SpanProcessor spanProcessor(Spans spans) {
			return SimpleSpanProcessor.create(spans);
		}

		@Bean
		Sampler sampler() {
			return Sampler.alwaysOn();
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> finite() {
			return Flux.just(Event.of("a"));
		}

		@Bean
		PersonalStream personal() {
			return (client) -> Flux.concat(Flux.just(Event.of("hello")), Flux.never());
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint) {
			return new Routes(endpoint);
		}

	}

	@RestController
	record Routes(EventSourceEndpoint endpoint) {

		@GetMapping("/own")
		SseEmitter own(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(Flux.never(), request, response);
		}

	}

}
