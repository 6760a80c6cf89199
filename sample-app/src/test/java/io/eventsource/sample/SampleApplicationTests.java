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
import java.util.List;
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
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
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
				assertThat(lines.filter((line) -> line.startsWith("event: ")).limit(2)).containsExactly("event: tick",
						"event: tick");
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
	void messageReachesEverybody() throws Exception {
		try (Stream<String> one = stream("/events/messages"); Stream<String> other = stream("/events/messages")) {
			await().until(() -> this.endpoint.streams()
				.stream()
				.anyMatch((stream) -> stream.name().equals("messages") && stream.clients() >= 2));
			assertThat(post("/messages", "text", "Hello, <b>you</b>").statusCode()).isEqualTo(204);
			for (Stream<String> lines : List.of(one, other)) {
				// Perhaps behind what was said before
				assertThat(lines.filter((line) -> line.contains("\"text\":\"Hello, <b>you</b>\"")).findFirst())
					.isPresent();
			}
		}
	}

	@Test
	void blankAndEndlessMessagesAreRefusedWithTheReason() throws Exception {
		HttpResponse<Stream<String>> blank = post("/messages", "text", "  ");
		assertThat(blank.statusCode()).isEqualTo(400);
		assertThat(blank.body().toList().toString()).contains("must not be blank");
		HttpResponse<Stream<String>> endless = post("/messages", "text", "x".repeat(1000));
		assertThat(endless.statusCode()).isEqualTo(400);
		assertThat(endless.body().toList().toString()).contains("at most 280 characters");
	}

	@Test
	void answerComesWordByWordAndEnds() throws Exception {
		HttpResponse<Stream<String>> answer = post("/answers", "question", "Who are you?");
		assertThat(answer.headers().firstValue("Content-Type")).get().asString().startsWith("text/event-stream");
		List<String> lines = answer.body().toList();
		assertThat(lines).filteredOn((line) -> line.equals("event: word")).hasSizeGreaterThan(20);
		assertThat(lines).containsSubsequence("data: You", "data:  asked:", "event: done");
	}

	@Test
	void thereIsNoBrokerWithoutItsProfile() throws Exception {
		assertThat(this.context.getBeanNamesForType(ConnectionFactory.class)).isEmpty();
		assertThat(this.http.send(request("/events/queue").build(), BodyHandlers.discarding()).statusCode())
			.isEqualTo(404);
	}

	private Stream<String> stream(String path) throws IOException, InterruptedException {
		return this.http.send(request(path).build(), BodyHandlers.ofLines()).body();
	}

	private HttpResponse<Stream<String>> post(String path, String field, String value)
			throws IOException, InterruptedException {
		return this.http.send(request(path).header("Content-Type", "application/x-www-form-urlencoded")
			.POST(BodyPublishers.ofString(field + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)))
			.build(), BodyHandlers.ofLines());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path)).timeout(Patience.LIMIT);
	}

}
