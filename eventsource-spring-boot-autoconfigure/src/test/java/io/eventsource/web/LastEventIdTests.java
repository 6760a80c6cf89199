package io.eventsource.web;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ids of events on their way back from a client.
 */
class LastEventIdTests {

	/** What was found out to be changed on its way, or might be. */
	private static final List<String> PIECES = List.of(" ", "  ", "\t", "\u00a0", "\u3000", "\u2028", "\u2029",
			"\ufeff", "\u0085", "\u009b", "\u00ad", "\u200b", "\u200e", "\u202e", "\ufffd", "\uffff", "\ud83d",
			"\ude00", "\ud83d\ude00", "\udbff\udfff", "e\u0301", "\u00e9", "\u00c3\u00a9", "\u00e0", "\u00c5",
			"\u65e5\u672c", "\"", "'", "\\", ",", ";", "=", ":", "%", "%41", "+", "&", "#", "?", "/", "~", "-", "(",
			")", "<", "{", "|", "0", "a", "Z", "=?utf-8?Q?a?=", "\0", "\u007f", "\u001c");

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	/**
	 * A failure names the seed: {@code -Deventsource.seed=} repeats the choices.
	 */
	@ParameterizedTest
	@EachContainer
	void everyIdThatAnEventMayHaveComesBackAsItWas(TestServer.Container container) throws Exception {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		start(container);
		for (String id : accepted(new Random(seed))) {
			String description = "-Deventsource.seed=" + seed + " "
					+ id.chars().mapToObj(Integer::toHexString).toList();
			assertThat(byHeader(id.getBytes(StandardCharsets.UTF_8))).as(description).isEqualTo(id);
			assertThat(byQuery(id)).as(description).isEqualTo(id);
		}
	}

	/** As of {@code fetch}, which takes no other characters. */
	@ParameterizedTest
	@EachContainer
	void idOfWesternCharactersMayBeSentAsLatin1(TestServer.Container container) throws Exception {
		start(container);
		for (String id : List.of("caf\u00e9", "\u00fc-1", "na\u00efve \u00bd")) {
			assertThat(byHeader(id.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(id);
		}
	}

	@ParameterizedTest
	@EachContainer
	void headerWithoutValueDoesNotHideTheParameter(TestServer.Container container) throws Exception {
		start(container);
		for (String header : List.of("Last-Event-ID:", "Last-Event-ID: ", "Last-Event-ID: \t ", "last-event-id:")) {
			assertThat(seen("/events/messages?lastEventId=7", header.getBytes(StandardCharsets.US_ASCII))).as(header)
				.isEqualTo("7");
			assertThat(seen("/events/messages", header.getBytes(StandardCharsets.US_ASCII))).as(header)
				.isEqualTo("none");
		}
		assertThat(seen("/events/messages?lastEventId=7", "Last-Event-ID: 8".getBytes(StandardCharsets.US_ASCII)))
			.isEqualTo("8");
		assertThat(seen("/events/messages?lastEventId=", "X: y".getBytes(StandardCharsets.US_ASCII))).isEqualTo("none");
	}

	@ParameterizedTest
	@EachContainer
	void clientWithAnEmptyHeaderResumesByItsParameter(TestServer.Container container) throws Exception {
		start(container);
		EventChannel messages = this.server.bean(EventChannel.class);
		for (String id : List.of("a", "b", "c")) {
			messages.publish(Event.builder().id(id).data(id).build());
		}
		URI uri = this.server.uri("/events/messages?lastEventId=a");
		try (StreamClient client = StreamClient.connect(uri, "Last-Event-ID", "")) {
			org.awaitility.Awaitility.await().untilAsserted(() -> assertThat(client.data()).containsExactly("b", "c"));
		}
	}

	private static List<String> accepted(Random random) {
		List<String> ids = new ArrayList<>();
		while (ids.size() < 150) {
			StringBuilder id = new StringBuilder();
			for (int i = random.nextInt(6); i >= 0; i--) {
				id.append((random.nextInt(4) > 0) ? PIECES.get(random.nextInt(PIECES.size()))
						: Character.toString(random.nextInt(Character.MAX_CODE_POINT + 1)));
			}
			try {
				ids.add(String.valueOf(Event.builder().id(id.toString()).build().id()));
			}
			catch (IllegalArgumentException ex) {
				// Not accepted
			}
		}
		return ids;
	}

	private String byHeader(byte[] id) throws Exception {
		byte[] name = "Last-Event-ID: ".getBytes(StandardCharsets.US_ASCII);
		byte[] header = java.util.Arrays.copyOf(name, name.length + id.length);
		System.arraycopy(id, 0, header, name.length, id.length);
		return seen("/events/messages", header);
	}

	private String byQuery(String id) throws Exception {
		String encoded = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
		return seen("/events/messages?lastEventId=" + encoded, "X: y".getBytes(StandardCharsets.US_ASCII));
	}

	/** What an application is told of a request. */
	private String seen(String target, byte[] header) throws IOException, InterruptedException {
		Application application = this.server.bean(Application.class);
		String request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n"
				+ new String(header, StandardCharsets.ISO_8859_1) + "\r\n\r\n";
		try (RawClient client = RawClient.send(this.server.port(), request)) {
			assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 403");
		}
		return String.valueOf(application.seen.poll(10, TimeUnit.SECONDS));
	}

	private void start(TestServer.Container container) {
		this.server = TestServer.start(container, Application.class, "eventsource.types-parameter=");
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		/** Refuses the clients of the tests that want to know nothing else. */
		@Bean
		StreamAdmission recording() {
			return (client, request) -> {
				if ("java".equals(agent(request.getHeader("User-Agent")))) {
					return Admission.accept();
				}
				this.seen.add((client.lastEventId() != null) ? client.lastEventId() : "none");
				return Admission.forbidden();
			};
		}

		private static String agent(String header) {
			return (header != null && header.toLowerCase(java.util.Locale.ROOT).startsWith("java")) ? "java" : "";
		}

	}

}
