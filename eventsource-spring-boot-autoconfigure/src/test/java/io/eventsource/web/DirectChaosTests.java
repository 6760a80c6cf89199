package io.eventsource.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

import com.sun.management.UnixOperatingSystemMXBean;
import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.Patience;
import io.eventsource.StreamListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
 * Clients with a stream of their own each, who misbehave in all ways at once while they
 * are sent away, on a Tomcat that hands its sockets over: nobody gets a byte of
 * another's, and nothing is left behind.
 */
class DirectChaosTests {

	private static final int THREADS = 8;

	private final AtomicLong numbers = new AtomicLong();

	private final Queue<String> strange = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean stopped = new AtomicBoolean();

	private TestServer server;

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void nobodyGetsBytesOfAnotherAndNothingIsLeft() throws Exception {
		play(1500, Duration.ofSeconds(6));
	}

	@Test
	@Tag("soak")
	void norDoOneOfAMillion() throws Exception {
		play(1_000_000, Duration.ofHours(2));
	}

	private void play(long clients, Duration limit) throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class, "eventsource.tomcat.direct=true",
				"eventsource.tomcat.lean-sockets=true", "eventsource.reject=status");
		EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
		Counter counter = this.server.bean(Counter.class);
		visit(-1);
		await().until(() -> endpoint.directConnections().open() == 0);
		long descriptors = descriptors();
		long end = System.nanoTime() + limit.toNanos();
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			threads.add(start(() -> {
				while (this.numbers.get() < clients && System.nanoTime() - end < 0) {
					visit(this.numbers.incrementAndGet());
				}
			}));
		}
		Thread kicking = start(() -> kick(endpoint));
		for (Thread thread : threads) {
			thread.join();
		}
		this.stopped.set(true);
		kicking.join();
		assertThat(this.strange).isEmpty();
		await().until(() -> endpoint.directConnections().open() == 0);
		await().untilAsserted(() -> assertThat(counter.closed).hasValue(counter.opened.get()));
		await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(descriptors));
		assertThat(endpoint.directConnections().handedOver()).isGreaterThan(100);
		stopUnderLoad(endpoint, counter);
	}

	/** Clients come while the streams are drained, and then the server is stopped. */
	private void stopUnderLoad(EventSourceEndpoint endpoint, Counter counter) throws Exception {
		this.stopped.set(false);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			threads.add(start(() -> {
				while (!this.stopped.get()) {
					visit(this.numbers.incrementAndGet());
				}
			}));
		}
		endpoint.drain(Duration.ofMillis(300));
		this.server.close();
		this.stopped.set(true);
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(this.strange).isEmpty();
		assertThat(counter.closed).hasValue(counter.opened.get());
		assertThat(endpoint.directConnections().open()).isZero();
	}

	private static Thread start(Runnable task) {
		Thread thread = new Thread(task, "chaos");
		thread.start();
		return thread;
	}

	private void kick(EventSourceEndpoint endpoint) {
		while (!this.stopped.get()) {
			endpoint.disconnect((client) -> ThreadLocalRandom.current().nextInt(4) == 0);
			Thread.onSpinWait();
		}
	}

	private void visit(long number) {
		try (Socket socket = new Socket()) {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			if (random.nextBoolean()) {
				socket.setReceiveBufferSize(4096);
			}
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.server.port()), 5000);
			socket.setSoTimeout((int) Patience.LIMIT.toMillis());
			OutputStream output = socket.getOutputStream();
			output.write(request(number));
			Reader reader = new Reader(socket.getInputStream(), number);
			reader.read(random.nextInt(2000));
			switch (random.nextInt(6)) {
				case 0 -> socket.setSoLinger(true, 0);
				case 1 -> {
					socket.shutdownOutput();
					reader.read(Integer.MAX_VALUE);
				}
				case 2 -> reader.readSlowly(random.nextInt(2000));
				case 3 -> output.write(new byte[random.nextInt(3000)]);
				case 4 -> {
					output.write(request(-1));
					reader.read(random.nextInt(100_000));
				}
				default -> reader.read(random.nextInt(100_000));
			}
		}
		catch (IOException ex) {
			// The client was sent away, or the server is gone
		}
	}

	private static byte[] request(long number) {
		return ("GET /own/" + number + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
	}

	private static long descriptors() {
		return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
	}

	/**
	 * Checks each line of one client. A response is left alone that is sent in chunks:
	 * the second request of its client came too early for the socket to be handed over.
	 */
	private final class Reader {

		private final InputStream input;

		private final Pattern expected;

		private final StringBuilder line = new StringBuilder();

		private boolean body;

		private boolean chunked;

		Reader(InputStream input, long number) {
			this.input = input;
			this.expected = Pattern
				.compile("data: (?:=" + number + "=)+|retry: \\d+|id: .*|event: gap|data: \\{.*}|:.*|data: ?|");
		}

		/** Byte by byte. */
		void readSlowly(int count) throws IOException {
			for (int i = 0; i < count; i++) {
				read(1);
			}
		}

		void read(int count) throws IOException {
			byte[] bytes = new byte[8192];
			int left = count;
			while (left > 0) {
				int read = this.input.read(bytes, 0, Math.min(bytes.length, left));
				if (read < 0) {
					return;
				}
				left -= read;
				for (int i = 0; i < read; i++) {
					take((char) (bytes[i] & 0xFF));
				}
			}
		}

		private void take(char next) {
			if (next != '\n') {
				this.line.append(next);
				return;
			}
			if (this.body && !this.chunked && !this.expected.matcher(this.line).matches()) {
				DirectChaosTests.this.strange.add(this.expected + " does not match " + this.line);
			}
			this.chunked |= this.line.toString().equals("Transfer-Encoding: chunked\r");
			this.body |= this.line.toString().equals("\r");
			this.line.setLength(0);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		Counter counter() {
			return new Counter();
		}

		@Bean
		Controller controller(EventSourceEndpoint endpoint) {
			return new Controller(endpoint);
		}

	}

	@RestController
	static class Controller {

		private final EventSourceEndpoint endpoint;

		Controller(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/own/{number}")
		SseEmitter own(@PathVariable long number, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			String piece = "=" + number + "=";
			return this.endpoint.open(
					Flux.range(0, 1000).map((i) -> Event.of(piece.repeat(1 + (int) ((number + i) % 700)))), request,
					response);
		}

	}

	static class Counter implements StreamListener {

		private final AtomicInteger opened = new AtomicInteger();

		private final AtomicInteger closed = new AtomicInteger();

		@Override
		public void clientOpened(EventClient client) {
			this.opened.incrementAndGet();
		}

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			this.closed.incrementAndGet();
		}

	}

}
