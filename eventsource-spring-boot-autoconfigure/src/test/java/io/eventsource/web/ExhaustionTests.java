package io.eventsource.web;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.management.OperatingSystemMXBean;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.StreamSnapshot;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients of one address do their worst, one kind after the other, while others read:
 * those miss nothing, and when it is over nothing of it is left. Prints how long events
 * took to the others and what the heap held. Not part of the build, see
 * {@link SoakTests}; {@code -Dsoak.minutes} is shared by the kinds.
 */
@Tag("soak")
@Timeout(value = 1, unit = TimeUnit.HOURS)
class ExhaustionTests {

	private static final Log logger = LogFactory.getLog(ExhaustionTests.class);

	private static final Duration TIME = Duration.ofMinutes(Integer.getInteger("soak.minutes", 3))
		.dividedBy(Attack.values().length);

	private static final int OTHERS = 50;

	private static final Duration PACE = Duration.ofMillis(20);

	private static final String TEXT = "x".repeat(1000);

	private final List<Other> others = new ArrayList<>();

	private final ConcurrentLinkedQueue<Long> delays = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean measuring = new AtomicBoolean();

	private final ExecutorService httpThreads = Executors.newFixedThreadPool(4);

	private final AtomicInteger connects = new AtomicInteger();

	private TestServer server;

	private volatile Exception failure;

	@AfterEach
	void stop() {
		this.httpThreads.shutdownNow();
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void othersMissNothingAndNothingIsLeft(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class, "eventsource.heartbeat=1s",
				"eventsource.write-timeout=10s", "server.tomcat.processor-cache=0");
		HttpClient http = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.executor(this.httpThreads)
			.build();
		for (int i = 0; i < OTHERS; i++) {
			Other other = new Other();
			this.others.add(other);
			http.sendAsync(HttpRequest.newBuilder(this.server.uri("/events/numbers")).build(),
					HttpResponse.BodyHandlers.fromLineSubscriber(other));
		}
		await().until(() -> this.server.clients("numbers") == OTHERS);
		CountDownLatch over = new CountDownLatch(1);
		Thread publisher = new Thread(() -> publish(over));
		publisher.start();
		// Fills the log, so that what comes after can be compared
		attack(container, Attack.RECONNECT, Duration.ofSeconds(30));
		Figures before = attack(container, Attack.NONE, TIME);
		for (Attack attack : Attack.values()) {
			attack(container, attack, TIME);
		}
		Figures after = attack(container, Attack.NONE, TIME);
		over.countDown();
		publisher.join();
		await()
			.until(() -> this.others.stream().mapToInt((other) -> other.first + other.count).distinct().count() == 1);
		assertThat(after.objects()).isEqualTo(before.objects());
		assertThat(after.live()).isLessThan(before.live() + 4_000_000);
		assertThat(after.descriptors()).isLessThan(before.descriptors() + 10);
		assertThat(after.threads()).isLessThan(before.threads() + 10);
		assertThat(this.failure).isNull();
		int published = this.others.get(0).first + this.others.get(0).count;
		assertThat(this.others).allSatisfy((other) -> {
			assertThat(other.surprise).isNull();
			assertThat(other.first + other.count).isEqualTo(published);
		});
	}

	private void publish(CountDownLatch over) {
		EventChannel channel = this.server.bean(EventChannel.class);
		long next = System.nanoTime();
		try {
			for (int i = 0; over.getCount() > 0; i++) {
				channel.publish(Event.of(i + " " + System.nanoTime() + " " + TEXT));
				next += PACE.toNanos();
				over.await(next - System.nanoTime(), TimeUnit.NANOSECONDS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private Figures attack(TestServer.Container container, Attack attack, Duration time) throws Exception {
		CountDownLatch over = new CountDownLatch(1);
		Thread attacker = new Thread(() -> attack(attack, over));
		attacker.start();
		// What opens at once is measured too
		int connected = this.connects.get();
		long cpu = cpuTime();
		this.delays.clear();
		this.measuring.set(true);
		over.await(time.toMillis(), TimeUnit.MILLISECONDS);
		this.measuring.set(false);
		connected = this.connects.get() - connected;
		cpu = cpuTime() - cpu;
		int clients = clients();
		// Collects the garbage, and so stops all threads for a while
		Figures figures = Figures.look(clients, 0, 0, 0);
		over.countDown();
		attacker.join();
		List<Long> sorted = new ArrayList<>(this.delays);
		Collections.sort(sorted);
		assertThat(sorted).isNotEmpty();
		// Not by a logger, which the end of the first application closes
		System.out.println(
				"SOAK | %-6s | %-12s | connects %5d | clients %4d | events %6d | ms p50 %.1f p99 %.1f max %.1f | cpu %.1f s | live %.1f MB"
					.formatted(container, attack, connected, clients, sorted.size(), at(sorted, 0.5), at(sorted, 0.99),
							at(sorted, 1), cpu / 1e9, figures.live() / 1e6));
		await().atMost(Duration.ofMinutes(1)).until(() -> clients() == OTHERS);
		return figures;
	}

	/** Of the server and of all clients. */
	private static long cpuTime() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
	}

	private static double at(List<Long> sorted, double share) {
		return sorted.get((int) Math.min(sorted.size() - 1, sorted.size() * share)) / 1e6;
	}

	private int clients() {
		return this.server.bean(EventSourceEndpoint.class).streams().stream().mapToInt(StreamSnapshot::clients).sum();
	}

	private void attack(Attack attack, CountDownLatch over) {
		List<Socket> open = new ArrayList<>();
		try {
			switch (attack) {
				case NONE -> {
				}
				case CROWD -> open(3000, "/events/idle", open, over);
				case LEAVE -> {
					while (!over.await(2, TimeUnit.MILLISECONDS)) {
						connect("/events/numbers", "", 4096).close();
					}
				}
				case DEAF -> open(1000, "/events/numbers", open, over);
				case DRIP -> {
					while (!over.await(100, TimeUnit.MILLISECONDS)) {
						open.add(connect("/events/numbers", oldest(), 4096));
					}
				}
				case TRICKLE -> {
					open(500, "/events/numbers", open, over);
					while (!over.await(1, TimeUnit.SECONDS)) {
						open.forEach(ExhaustionTests::readByte);
					}
				}
				case RECONNECT -> {
					while (!over.await(20, TimeUnit.MILLISECONDS)) {
						try (Socket socket = connect("/events/numbers", oldest(), 65536)) {
							socket.getInputStream().readNBytes(65536);
						}
					}
				}
			}
			over.await();
		}
		catch (IOException | InterruptedException ex) {
			this.failure = ex;
		}
		finally {
			open.forEach(ExhaustionTests::close);
		}
	}

	private void open(int count, String path, List<Socket> open, CountDownLatch over) throws IOException {
		while (open.size() < count && over.getCount() > 0) {
			open.add(connect(path, oldest(), 4096));
		}
	}

	/** By another address than the others. */
	private Socket connect(String path, String lastEventId, int receiveBuffer) throws IOException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(receiveBuffer);
		socket.setSoTimeout(5000);
		socket.bind(new InetSocketAddress("127.0.0.2", 0));
		socket.connect(new InetSocketAddress("127.0.0.1", this.server.port()), 10_000);
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lastEventId + "\r\n")
				.getBytes(StandardCharsets.ISO_8859_1));
		this.connects.incrementAndGet();
		return socket;
	}

	/** Of an id that left the log long ago: all of the log is for this client. */
	private String oldest() {
		return "Last-Event-ID: " + this.others.get(0).id.replaceFirst("-\\d+$", "-0") + "\r\n";
	}

	private static void readByte(Socket socket) {
		try {
			if (socket.getInputStream().available() > 0) {
				socket.getInputStream().read();
			}
		}
		catch (IOException ex) {
			logger.trace("The server has closed the connection, as it may", ex);
		}
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			logger.trace("The connection was closed", ex);
		}
	}

	/**
	 * What the attacking clients do.
	 */
	private enum Attack {

		/** Nothing at all. */
		NONE,

		/** Three thousand open a stream and stay. */
		CROWD,

		/** Up to 500 a second open a stream and leave without having read anything. */
		LEAVE,

		/** A thousand ask for all of the log and never read. */
		DEAF,

		/** Ten a second ask for all of the log and never read. */
		DRIP,

		/** Five hundred ask for all of the log and read a byte a second. */
		TRICKLE,

		/** Up to 50 a second ask for all of the log, read 64 KiB, and leave. */
		RECONNECT

	}

	/**
	 * A client that reads, and misses nothing.
	 */
	private final class Other implements Flow.Subscriber<String> {

		private volatile String id = "";

		private int first = -1;

		private volatile int count;

		private volatile String surprise;

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(String line) {
			if (line.startsWith("id: ")) {
				this.id = line.substring(4);
			}
			else if (line.startsWith("data: ")) {
				String[] parts = line.split(" ", 4);
				int number = Integer.parseInt(parts[1]);
				this.first = (this.first < 0) ? number : this.first;
				if (number != this.first + this.count) {
					this.surprise = "got " + number + " after " + (this.first + this.count - 1);
				}
				this.count++;
				if (ExhaustionTests.this.measuring.get()) {
					ExhaustionTests.this.delays.add(System.nanoTime() - Long.parseLong(parts[2]));
				}
			}
			else if (line.startsWith("event: ")) {
				this.surprise = line;
			}
		}

		@Override
		public void onError(Throwable failure) {
			this.surprise = failure.toString();
		}

		@Override
		public void onComplete() {
			this.surprise = "the end of the stream";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel numbers() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> idle() {
			return Flux.never();
		}

		/**
		 * Else Tomcat keeps the buffers of the largest crowd there was, like those of its
		 * processors.
		 */
		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> withoutPool() {
			return (factory) -> factory
				.addConnectorCustomizers((connector) -> connector.setProperty("socket.bufferPool", "0"));
		}

	}

}
