package io.eventsource.sample;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The sample as a client sees it that has nothing but HTTP.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.pace=20ms")
class SampleApplicationTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@Autowired
	private JsonMapper jsonMapper;

	@Autowired
	private EventSourceEndpoint endpoint;

	@Autowired
	private ApplicationContext context;

	@Test
	void clockTicksAtTheBasePathToo() throws Exception {
		for (String path : List.of("/events", "/events/ticks")) {
			try (Stream<String> lines = stream(path)) {
				assertThat(lines.filter((line) -> line.startsWith("event: "))
					.filter((line) -> !line.equals("event: heartbeat"))
					.limit(2)).containsExactly("event: tick", "event: tick");
			}
		}
	}

	@Test
	void statusIsJsonOverSeveralLines() throws Exception {
		try (Stream<String> lines = stream("/events/status")) {
			List<String> data = lines.dropWhile((line) -> !line.startsWith("data: "))
				.takeWhile((line) -> line.startsWith("data: "))
				.map((line) -> line.substring("data: ".length()))
				.toList();
			assertThat(data).hasSizeGreaterThan(5);
			JsonNode status = this.jsonMapper.readTree(String.join("\n", data));
			assertThat(status.at("/heap/used").asLong()).isPositive();
		}
	}

	@Test
	void pricesMoveManyTimesASecond() throws Exception {
		long start = System.nanoTime();
		try (Stream<String> lines = stream("/events/prices")) {
			List<String> prices = lines.filter((line) -> line.startsWith("data: ")).limit(40).toList();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
			assertThat(prices).allMatch((price) -> price.contains("\"symbol\":")).doesNotHaveDuplicates();
		}
	}

	@Test
	void messageReachesEverybodyInItsRoomAndNobodyElse() throws Exception {
		try (Stream<String> one = stream("/events/rooms/Attic");
				Stream<String> other = stream("/events/rooms/Attic");
				Stream<String> elsewhere = stream("/events/rooms/Cellar%20%E2%9C%93")) {
			await().until(() -> this.endpoint.clients("rooms", "Attic").size() == 2
					&& this.endpoint.clients("rooms", "Cellar \u2713").size() == 1);
			assertThat(say("Attic", "Hello, <b>you</b>").statusCode()).isEqualTo(204);
			assertThat(say("Cellar \u2713", "Down here").statusCode()).isEqualTo(204);
			for (Stream<String> lines : List.of(one, other)) {
				assertThat(firstData(lines)).contains("\"text\":\"Hello, <b>you</b>\"");
			}
			assertThat(firstData(elsewhere)).contains("Down here");
		}
		try (Stream<String> late = stream("/events/rooms/Attic")) {
			assertThat(firstData(late)).contains("Hello, <b>you</b>");
		}
	}

	@Test
	void messagesThatCannotBeSentAreRefusedWithTheReason() throws Exception {
		assertThat(problem(say("Attic", "  "))).contains("must not be blank");
		assertThat(problem(say("Attic", "x".repeat(1000)))).contains("at most 280 characters");
		for (String room : List.of("", " ", "a/b", "a\\b", "a\nb", "x".repeat(129))) {
			assertThat(problem(say(room, "Hello"))).contains("no room of this name");
		}
	}

	@Test
	void answerIsTheSameForWhoeverAsksForItAndHasAnEnd() throws Exception {
		String answer = ask("Who are you?");
		List<String> lines = stream(answer).toList();
		assertThat(lines).filteredOn((line) -> line.equals("event: token")).hasSizeGreaterThan(20);
		assertThat(lines).containsSubsequence("data: Who are you?", "data: You", "data:  asked:", "event: done");
		assertThat(stream(answer).filter((line) -> line.startsWith("data: ")).toList())
			.isEqualTo(lines.stream().filter((line) -> line.startsWith("data: ")).toList());
		assertThat(status("GET", answer + "?lastEventId=" + lastId(lines))).isEqualTo(204);
		assertThat(status("DELETE", answer.substring("/events".length()))).isEqualTo(204);
		assertThat(status("GET", "/events/answers/unknown")).isEqualTo(404);
	}

	@Test
	void answerCanBeStopped() throws Exception {
		String answer = ask("How long will it take?");
		try (Stream<String> lines = stream(answer)) {
			Iterator<String> reader = lines.iterator();
			while (!reader.next().equals("event: token")) {
				// The question
			}
			assertThat(status("DELETE", answer.substring("/events".length()))).isEqualTo(204);
			List<String> rest = new ArrayList<>();
			reader.forEachRemaining(rest::add);
			assertThat(rest).doesNotContain("event: done");
		}
		await().untilAsserted(
				() -> assertThat(Objects.requireNonNull(this.endpoint.topics("answers")).sources()).isZero());
		assertThat(status("DELETE", answer.substring("/events".length()))).isEqualTo(204);
	}

	@Test
	void actuatorShowsTheTopicsAndEndsNoConnection() throws Exception {
		say("Shed", "Hello");
		assertThat(stream("/actuator/eventsource/rooms").toList().toString()).contains("/events/rooms/{topic}",
				"\"count\":");
		assertThat(stream("/actuator/eventsource/rooms/Shed").toList().toString()).contains("\"clients\":");
		assertThat(status("DELETE", "/actuator/eventsource/rooms/Shed")).isEqualTo(405);
	}

	@Test
	void thereIsNoBrokerWithoutItsProfile() throws Exception {
		assertThat(this.context.getBeanNamesForType(ConnectionFactory.class)).isEmpty();
		assertThat(status("GET", "/events/queue")).isEqualTo(404);
	}

	private static String firstData(Stream<String> lines) {
		return lines.filter((line) -> line.startsWith("data: ")).findFirst().orElseThrow();
	}

	private static String lastId(List<String> lines) {
		return lines.stream()
			.filter((line) -> line.startsWith("id: "))
			.reduce((first, second) -> second)
			.orElseThrow()
			.substring("id: ".length());
	}

	private static String problem(HttpResponse<Stream<String>> response) {
		assertThat(response.statusCode()).isEqualTo(400);
		return response.body().collect(Collectors.joining());
	}

	private HttpResponse<Stream<String>> say(String room, String text) throws Exception {
		return post("/messages", Map.of("room", room, "text", text));
	}

	/**
	 * Asks a question.
	 * @return where the answer is
	 */
	private String ask(String question) throws Exception {
		HttpResponse<Stream<String>> response = post("/answers", Map.of("question", question));
		assertThat(response.statusCode()).isEqualTo(202);
		return response.headers().firstValue("Location").orElseThrow();
	}

	private int status(String method, String path) throws Exception {
		HttpRequest request = request(path).method(method, BodyPublishers.noBody()).build();
		return this.http.send(request, BodyHandlers.discarding()).statusCode();
	}

	private Stream<String> stream(String path) throws IOException, InterruptedException {
		return this.http.send(request(path).build(), BodyHandlers.ofLines()).body();
	}

	private HttpResponse<Stream<String>> post(String path, Map<String, String> fields)
			throws IOException, InterruptedException {
		String form = fields.entrySet()
			.stream()
			.map((field) -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
			.collect(Collectors.joining("&"));
		return this.http.send(request(path).header("Content-Type", "application/x-www-form-urlencoded")
			.POST(BodyPublishers.ofString(form))
			.build(), BodyHandlers.ofLines());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path)).timeout(Patience.LIMIT);
	}

}
