package io.eventsource.sample;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.test.util.TestSocketUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The profile {@code redis}: two instances of the sample that share rooms and answers.
 */
@TestInstance(Lifecycle.PER_CLASS)
@EnabledIf(value = "io.eventsource.sample.Redis#isInstalled", disabledReason = Redis.REMEDY)
class RedisTests {

	private final HttpClient http = HttpClient.newHttpClient();

	private final List<AutoCloseable> open = new ArrayList<>();

	private int first;

	private int second;

	@BeforeAll
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path folder) throws Exception {
		int port = TestSocketUtils.findAvailableTcpPort();
		this.open.add(Redis.start(folder, port));
		this.first = startInstance(port);
		this.second = startInstance(port);
	}

	@AfterAll
	void stop() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
	}

	private int startInstance(int redis) {
		ServletWebServerApplicationContext instance = (ServletWebServerApplicationContext) new SpringApplicationBuilder(
				SampleApplication.class)
			.profiles("redis")
			.run("--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off",
					"--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + redis, "--sample.pace=20ms",
					"--eventsource.channels.redis.key-prefix=sample:");
		this.open.add(instance);
		return instance.getWebServer().getPort();
	}

	@Test
	void messageReachesItsRoomOnBothInstances() throws Exception {
		try (Reader one = read(this.first, "/events/rooms/Attic");
				Reader other = read(this.second, "/events/rooms/Attic");
				Reader elsewhere = read(this.second, "/events/rooms/Cellar")) {
			assertThat(say(this.first, "Attic", "one")).isEqualTo(204);
			assertThat(say(this.second, "Attic", "two")).isEqualTo(204);
			assertThat(say(this.first, "Cellar", "three")).isEqualTo(204);
			one.awaitTexts("one", "two");
			other.awaitTexts("one", "two");
			elsewhere.awaitTexts("three");
			assertThat(other.data()).isEqualTo(one.data());
			assertThat(elsewhere.data()).hasSize(1);
		}
	}

	@Test
	void answerGoesOnAtTheOtherInstanceWhereItWasLeft() throws Exception {
		String answer = ask(this.first, "Where");
		List<String> begun;
		try (Reader reader = read(this.first, answer)) {
			reader.awaitCount(5);
			begun = reader.complete();
		}
		try (Reader rest = read(this.second, answer, "Last-Event-ID", Reader.lastId(begun));
				Reader whole = read(this.second, answer)) {
			rest.awaitEnd();
			whole.awaitEnd();
			List<String> all = whole.data();
			assertThat(all).contains("data: Where", "data: You").hasSizeGreaterThan(20);
			assertThat(rest.data()).isNotEmpty().isEqualTo(all.subList(Reader.data(begun).size(), all.size()));
			assertThat(status(request(this.first, answer).header("Last-Event-ID", Reader.lastId(rest.lines())).build()))
				.isEqualTo(204);
		}
	}

	@Test
	void answerIsStoppedAtTheOtherInstance() throws Exception {
		String answer = ask(this.first, "How");
		try (Reader one = read(this.first, answer); Reader other = read(this.second, answer)) {
			other.awaitCount(3);
			assertThat(status(request(this.second, answer.substring("/events".length())).DELETE().build()))
				.isEqualTo(204);
			one.awaitEnd();
			other.awaitEnd();
			assertThat(one.lines()).doesNotContain("event: done").isNotEmpty();
			assertThat(other.data()).isEqualTo(one.data());
		}
	}

	@Test
	void pageLearnsThatEachRoomHasAConnectionOfItsOwn() throws Exception {
		try (Reader settings = read(this.first, "/settings")) {
			settings.awaitEnd();
			assertThat(settings.lines()).singleElement().asString().contains("\"roomsPerConnection\":1");
		}
	}

	private static HttpRequest.Builder request(int port, String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Patience.LIMIT);
	}

	private Reader read(int port, String path, String... headers) throws Exception {
		HttpRequest.Builder request = request(port, path);
		if (headers.length > 0) {
			request.headers(headers);
		}
		HttpResponse<Stream<String>> response = this.http.send(request.build(), BodyHandlers.ofLines());
		assertThat(response.statusCode()).isEqualTo(200);
		return new Reader(response.body());
	}

	private int status(HttpRequest request) throws Exception {
		return this.http.send(request, BodyHandlers.discarding()).statusCode();
	}

	private int say(int port, String room, String text) throws Exception {
		return status(form(port, "/messages", "room=" + room + "&text=" + text));
	}

	/**
	 * Asks a question.
	 * @return where the answer is
	 */
	private String ask(int port, String question) throws Exception {
		HttpResponse<Void> response = this.http.send(form(port, "/answers", "question=" + question),
				BodyHandlers.discarding());
		assertThat(response.statusCode()).isEqualTo(202);
		return response.headers().firstValue("Location").orElseThrow();
	}

	private static HttpRequest form(int port, String path, String fields) {
		return request(port, path).header("Content-Type", "application/x-www-form-urlencoded")
			.POST(BodyPublishers.ofString(fields))
			.build();
	}

	/**
	 * Reads the lines of a response on a thread of its own.
	 */
	private static final class Reader implements AutoCloseable {

		private final Stream<String> source;

		private final List<String> lines = new CopyOnWriteArrayList<>();

		private final Thread thread = new Thread(this::run);

		Reader(Stream<String> source) {
			this.source = source;
			this.thread.setDaemon(true);
			this.thread.start();
		}

		private void run() {
			try {
				this.source.forEach(this.lines::add);
			}
			catch (RuntimeException ex) {
				this.lines.add("broken off: " + ex);
			}
		}

		List<String> lines() {
			return this.lines;
		}

		List<String> data() {
			return data(this.lines);
		}

		private static List<String> data(List<String> lines) {
			return lines.stream().filter((line) -> line.startsWith("data: ")).toList();
		}

		/** The lines of the events that are complete. */
		List<String> complete() {
			List<String> now = List.copyOf(this.lines);
			return now.subList(0, now.lastIndexOf("") + 1);
		}

		static String lastId(List<String> lines) {
			return lines.stream()
				.filter((line) -> line.startsWith("id: "))
				.reduce((earlier, later) -> later)
				.orElseThrow()
				.substring("id: ".length());
		}

		void awaitTexts(String... texts) {
			await().untilAsserted(() -> assertThat(data().toString()).contains(texts));
		}

		void awaitCount(int count) {
			await().until(() -> data().size() >= count);
		}

		void awaitEnd() {
			await().until(() -> !this.thread.isAlive());
		}

		@Override
		public void close() {
			this.source.close();
		}

	}

}
