package io.eventsource.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.EventTopics;
import io.eventsource.Patience;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections that are cut at any byte: a client that comes back with the last id that it
 * has, for the same topics or for others, gets everything once and in order, or is told
 * of which topic something is missing.
 */
class TopicCutTests {

	private static final List<String> TOPICS = List.of("a", "b", "c", "d", "e", "f");

	private static final int CLIENTS = 6;

	@ParameterizedTest
	@EnumSource
	void nothingIsLostUntoldNorRepeated(TestServer.Container container) {
		cut(container, 20);
	}

	@ParameterizedTest
	@EnumSource
	@Tag("soak")
	@Timeout(value = 20, unit = TimeUnit.MINUTES)
	void nothingIsLostUntoldInTenThousandCuts(TestServer.Container container) {
		cut(container, 10_000 / (2 * CLIENTS));
	}

	private static void cut(TestServer.Container container, int cuts) {
		long seed = new Random().nextLong();
		try (TestServer server = TestServer.start(container, Application.class,
				"eventsource.streams.orders.topics-per-connection=4", "eventsource.streams.orders.buffer-size=4096",
				"eventsource.streams.short.topics-per-connection=4", "eventsource.streams.short.buffer-size=16")) {
			assertThat(told(server, "orders", cuts, seed)).as("gaps, seed %s", seed).isZero();
			assertThat(told(server, "short", cuts, seed)).as("gaps where logs are short, seed %s", seed).isPositive();
		}
	}

	/**
	 * Cuts connections to a stream.
	 * @return how many gaps were told of
	 */
	private static int told(TestServer server, String stream, int cuts, long seed) {
		Run run = new Run(server, stream);
		CompletableFuture<Void> publisher = CompletableFuture.runAsync(run::publish, Run::start);
		List<Visitor> visitors = IntStream.range(0, CLIENTS)
			.mapToObj((i) -> new Visitor(run, new Random(seed + i)))
			.toList();
		try {
			all(visitors, (visitor) -> visitor.comeAndGo(cuts));
		}
		finally {
			run.done = true;
			publisher.join();
		}
		all(visitors, Visitor::finish);
		return run.told.get();
	}

	private static void all(List<Visitor> visitors, Consumer<Visitor> action) {
		CompletableFuture
			.allOf(visitors.stream()
				.map((visitor) -> CompletableFuture.runAsync(() -> action.accept(visitor), Run::start))
				.toArray(CompletableFuture[]::new))
			.join();
	}

	private static final class Run {

		private final TestServer server;

		private final EventTopics topics;

		private final String stream;

		private final AtomicInteger told = new AtomicInteger();

		private volatile boolean done;

		Run(TestServer server, String stream) {
			this.server = server;
			this.stream = stream;
			this.topics = server.bean(stream, EventTopics.class);
		}

		static void start(Runnable task) {
			new Thread(task).start();
		}

		/** Each event has the number that it has in its topic. */
		void publish() {
			Random random = new Random();
			int[] counts = new int[TOPICS.size()];
			while (!this.done) {
				int topic = random.nextInt(counts.length);
				int count = counts[topic]++;
				publish(topic, count + " " + "x".repeat(count % 50));
				LockSupport.parkNanos(100_000);
			}
			IntStream.range(0, counts.length).forEach((topic) -> publish(topic, counts[topic] + " end"));
		}

		private void publish(int topic, String data) {
			this.topics.publish(TOPICS.get(topic), "message", data);
		}

	}

	/**
	 * A client that comes and goes.
	 */
	private static final class Visitor {

		private final Run run;

		private final Random random;

		private Set<String> topics = Set.of();

		private String lastId = "";

		/** What comes next of each topic that the client has had something of. */
		private final Map<String, Integer> next = new HashMap<>();

		private final Set<String> told = new TreeSet<>();

		/** Of which topics the client was told before it moved on. */
		private final Set<String> passed = new TreeSet<>();

		private final Set<String> ended = new TreeSet<>();

		Visitor(Run run, Random random) {
			this.run = run;
			this.random = random;
		}

		void comeAndGo(int times) {
			this.topics = some();
			for (int i = 0; i < times; i++) {
				if (this.random.nextInt(4) == 0) {
					this.topics = some();
					// What comes behind a place that others have moved is not known
					this.next.keySet().retainAll(this.topics);
				}
				visit(this.random.nextInt(2500));
			}
		}

		/** In the end, the client gets what is left. */
		void finish() {
			for (int i = 0; i < 1000 && !this.ended.containsAll(this.topics); i++) {
				visit(100 + this.random.nextInt(20_000));
			}
			assertThat(this.ended).containsAll(this.topics);
		}

		private Set<String> some() {
			int count = 1 + this.random.nextInt(4);
			return this.random.ints(count, 0, TOPICS.size())
				.mapToObj(TOPICS::get)
				.collect(Collectors.toCollection(TreeSet::new));
		}

		private String request() {
			String path = (this.topics.size() == 1 && this.random.nextBoolean())
					? "/events/" + this.run.stream + "/" + this.topics.iterator().next()
					: "/events/" + this.run.stream + "?topic=" + String.join("&topic=", this.topics);
			return "GET " + path + " HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
					+ (this.lastId.isEmpty() ? "" : "Last-Event-ID: " + this.lastId + "\r\n") + "\r\n";
		}

		private void visit(int length) {
			// Told again, unless the client has moved on since
			this.told.retainAll(this.passed);
			EventStreamReader reader = new EventStreamReader();
			try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.run.server.port())) {
				socket.setSoTimeout((int) Patience.LIMIT.toMillis());
				if (this.random.nextBoolean()) {
					socket.setSoLinger(true, 0);
				}
				socket.getOutputStream().write(request().getBytes(StandardCharsets.US_ASCII));
				InputStream input = socket.getInputStream();
				skipHead(input);
				read(input, length, reader);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			judge(reader);
		}

		private void skipHead(InputStream input) throws IOException {
			StringBuilder head = new StringBuilder();
			while (head.indexOf("\r\n\r\n") < 0) {
				int next = input.read();
				assertThat(next).as("after %s", head).isNotNegative();
				head.append((char) next);
			}
			assertThat(head).contains(" 200 ");
		}

		private void read(InputStream input, int length, EventStreamReader reader) throws IOException {
			byte[] bytes = new byte[512];
			int left = length;
			while (left > 0 && !(this.run.done && hasEnd(reader))) {
				int count = input.read(bytes, 0, Math.min(left, bytes.length));
				if (count < 0) {
					// Fallen out of a log
					return;
				}
				for (int i = 0; i < count; i++) {
					reader.feed(bytes[i]);
				}
				left -= count;
			}
		}

		private boolean hasEnd(EventStreamReader reader) {
			Set<String> seen = new TreeSet<>(this.ended);
			reader.events()
				.stream()
				.filter((event) -> event.data().endsWith(" end"))
				.map((event) -> topic(event.lastEventId()))
				.forEach(seen::add);
			return seen.containsAll(this.topics);
		}

		private void judge(EventStreamReader reader) {
			for (Received event : reader.events()) {
				if (event.type().equals("gap")) {
					this.run.told.incrementAndGet();
					toldOf(event.data());
				}
				else {
					judge(event);
				}
			}
			if (!reader.lastEventId().isEmpty()) {
				this.lastId = reader.lastEventId();
			}
		}

		private void judge(Received event) {
			String topic = topic(event.lastEventId());
			int count = Integer.parseInt(event.data().replaceAll(" .*", ""));
			assertThat(this.topics).contains(topic);
			if (!this.lastId.isEmpty()) {
				assertThat(number(event.lastEventId())).as("the order of the numbers, no event twice")
					.isGreaterThan(number(this.lastId));
			}
			Integer expected = this.next.get(topic);
			if (expected != null && !this.told.contains(topic)) {
				assertThat(count).as("what comes next of topic %s behind %s", topic, this.lastId).isEqualTo(expected);
			}
			this.told.remove(topic);
			this.passed.clear();
			this.passed.addAll(this.told);
			this.lastId = event.lastEventId();
			this.next.put(topic, count + 1);
			if (event.data().endsWith(" end")) {
				this.ended.add(topic);
			}
		}

		private static String topic(String id) {
			return id.substring(id.indexOf('_') + 1);
		}

		private static long number(String id) {
			boolean opening = id.indexOf('~') >= 0;
			return Long.parseLong(id.replaceAll(".*[-~]|_.*", "")) - (opening ? 1 : 0);
		}

		private void toldOf(String gap) {
			if (gap.contains("topic")) {
				this.told.add(gap.replaceAll(".*\"topic\":\"|\".*", ""));
			}
			else {
				this.told.addAll(this.topics);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventTopics orders() {
			return EventTopics.create();
		}

		@Bean("short")
		EventTopics shortLogs() {
			return EventTopics.create();
		}

	}

}
