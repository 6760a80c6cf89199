package io.eventsource.clients;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.ConformanceKit;
import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.WireVector;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.TestServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The vectors of the conformance kit over HTTP, from each container, as each client reads
 * them.
 */
class VectorTests {

	private static final String MARK = "end-of-vector";

	private static final List<WireVector> VECTORS = ConformanceKit.vectors()
		.stream()
		.filter((vector) -> !vector.isRaw() && !vector.isRefused() && !vector.hasControl())
		.toList();

	private static final Map<TestServer.Container, TestServer> servers = new EnumMap<>(TestServer.Container.class);

	private static Programs programs;

	@BeforeAll
	static void start(@TempDir(cleanup = CleanupMode.NEVER) Path folder) {
		programs = new Programs(folder);
		for (TestServer.Container container : TestServer.containers()) {
			servers.put(container, TestServer.start(container, Application.class,
					"spring.web.resources.static-locations=" + Programs.CLIENTS.toUri()));
		}
	}

	@AfterAll
	static void stop() {
		programs.close();
		servers.values().forEach(TestServer::close);
	}

	@ParameterizedTest(name = "{0} from {1}: {3}")
	@MethodSource("readings")
	void vectorIsReadBack(ClientKind kind, TestServer.Container container, int index, WireVector vector)
			throws Exception {
		List<Received> read = withIdsOfTheKit(vector, read(kind, container, index, vector));
		if (ConformanceKit.hasFaultyEvents(kind.reader(), vector)) {
			assertThat(read).as("no fault any more").isNotEqualTo(vector.events());
		}
		else {
			assertThat(read).isEqualTo(vector.events());
		}
	}

	private static List<Received> read(ClientKind kind, TestServer.Container container, int index, WireVector vector)
			throws IOException {
		kind.assumeInstalled();
		List<String> types = Stream.concat(vector.events().stream().map(Received::type), Stream.of(MARK))
			.distinct()
			.toList();
		try (Client client = kind.follow(servers.get(container).uri("/vectors/" + index), types, programs)) {
			await().pollInterval(Duration.ofMillis(5)).until(() -> isWhole(client.seen().events()));
			List<Received> events = client.seen().events();
			return events.subList(0, events.size() - 1);
		}
	}

	private static boolean isWhole(List<Received> events) {
		return !events.isEmpty() && events.get(events.size() - 1).type().equals(MARK);
	}

	/**
	 * Puts the kit's names in the place of the ids that the server has made, by position.
	 */
	private static List<Received> withIdsOfTheKit(WireVector vector, List<Received> read) {
		Map<String, String> names = new HashMap<>();
		List<Received> named = new ArrayList<>();
		for (int i = 0; i < read.size(); i++) {
			Received event = read.get(i);
			String expected = (i < vector.events().size()) ? vector.events().get(i).lastEventId() : "";
			if (ConformanceKit.ownIds().contains(expected)) {
				assertThat(event.lastEventId()).matches("[A-Za-z0-9._~-]{1,128}");
				names.putIfAbsent(event.lastEventId(), expected);
			}
			named.add(new Received(event.type(), event.data(),
					names.getOrDefault(event.lastEventId(), event.lastEventId())));
		}
		return named;
	}

	static Stream<Arguments> readings() {
		return Arrays.stream(ClientKind.values())
			.filter((kind) -> kind != ClientKind.CURL) // which reads nothing
			.flatMap((kind) -> TestServer.containers()
				.stream()
				.flatMap((container) -> IntStream.range(0, VECTORS.size())
					.mapToObj((index) -> Arguments.of(kind, container, index, VECTORS.get(index)))));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		DataWriter dataWriter() {
			return String::valueOf;
		}

		@Bean
		VectorController vectorController(EventSourceEndpoint endpoint) {
			return new VectorController(endpoint);
		}

	}

	@RestController
	static class VectorController {

		private final EventSourceEndpoint endpoint;

		VectorController(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/vectors/{index}")
		SseEmitter publish(@PathVariable int index, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			Flux<Event> events = Flux.fromIterable(VECTORS.get(index).publish())
				.concatWithValues(Event.of(MARK, "."))
				.concatWith(Flux.never());
			return this.endpoint.open(events, request, response);
		}

	}

}
