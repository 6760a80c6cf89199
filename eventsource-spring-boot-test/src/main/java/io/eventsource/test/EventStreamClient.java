package io.eventsource.test;

import java.net.URI;
import java.time.Duration;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

import org.springframework.test.web.servlet.MockMvc;
import org.springframework.util.Assert;

/**
 * Opens event streams in tests, over HTTP or with {@link MockMvc}. With
 * {@code eventsource-spring-boot-test} on the class path it can be injected: into tests
 * with a web server it comes bound to that server, into others (a mock environment with
 * {@code @AutoConfigureMockMvc}, {@code @WebMvcTest}) bound to their {@link MockMvc}.
 *
 * <pre class="code">
 * try (TestEventStream stream = client.stream("orders").open()) {
 *   orders.publish("placed", new Order("4711"));
 *   assertThat(stream).hasEvents(TestEvent.of("placed", "{\"number\":\"4711\"}"));
 * }</pre>
 *
 * <p>
 * Nothing waits for longer than the {@link #withTimeout(Duration) timeout}. Immutable and
 * thread-safe.
 */
public final class EventStreamClient {

	/** For how long a client waits if nothing else is said. */
	public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

	private static final StreamNames PLAIN_NAMES = new StreamNames((key) -> null);

	private final Transport transport;

	private final StreamNames names;

	private final Duration timeout;

	EventStreamClient(Transport transport, StreamNames names, Duration timeout) {
		this.transport = transport;
		this.names = names;
		this.timeout = timeout;
	}

	/**
	 * A client of a server.
	 * @param baseUri what comes before the paths of streams, such as
	 * {@code http://localhost:8080} or {@code http://localhost:8080/app}
	 * @return the client
	 */
	public static EventStreamClient bindToServer(URI baseUri) {
		return new EventStreamClient(new SocketTransport(() -> baseUri, null), PLAIN_NAMES, DEFAULT_TIMEOUT);
	}

	/**
	 * A client of a server with a certificate that the JVM does not trust by itself.
	 * @param baseUri what comes before the paths of streams, with the scheme
	 * {@code https}
	 * @param sslContext trusts the certificate of the server; for example that of an
	 * {@code SslBundle}
	 * @return the client
	 */
	public static EventStreamClient bindToServer(URI baseUri, SSLContext sslContext) {
		return new EventStreamClient(new SocketTransport(() -> baseUri, sslContext), PLAIN_NAMES, DEFAULT_TIMEOUT);
	}

	/**
	 * A client of mock responses: paths, admission, filters and JSON are as in
	 * production, but there is no connection.
	 * @param mvc runs the requests
	 * @return the client
	 */
	public static EventStreamClient bindTo(MockMvc mvc) {
		return new EventStreamClient(new MockTransport(mvc), PLAIN_NAMES, DEFAULT_TIMEOUT);
	}

	/**
	 * The same client with another limit for everything that it waits for: the head of a
	 * response, events, the end.
	 * @param timeout more than zero
	 * @return another client
	 */
	public EventStreamClient withTimeout(Duration timeout) {
		Assert.isTrue(timeout.toMillis() > 0, () -> "The timeout has to be 1 ms at least, but is " + timeout);
		return new EventStreamClient(this.transport, this.names, timeout);
	}

	/**
	 * A request for a stream by its name, which is the name of its bean. The path is
	 * {@code eventsource.streams.<name>.path} if the application sets it, otherwise
	 * {@code <eventsource.path>/<name>}.
	 * @param name the name of the stream
	 * @return the request, still to be opened
	 */
	public EventStreamRequest stream(String name) {
		return request(this.names.path(name), this.names.gapEvent(name));
	}

	/**
	 * A request for a topic of an {@code EventTopics} bean: the topic is the last segment
	 * of its path, or takes the place of {@code {topic}} in it.
	 * @param name the name of the bean
	 * @param topic the topic
	 * @return the request, still to be opened
	 */
	public EventStreamRequest topic(String name, String topic) {
		return request(this.names.path(name, topic), this.names.gapEvent(name));
	}

	/**
	 * A request for a path.
	 * @param path the path below the context path, encoded, with or without a query
	 * @return the request, still to be opened
	 */
	public EventStreamRequest get(String path) {
		Assert.isTrue(path.startsWith("/"), () -> "The path has to start with /, but is " + path);
		return request(path, this.names.gapEvent(null));
	}

	private EventStreamRequest request(String path, @Nullable String gapEvent) {
		return new EventStreamRequest(this.transport, path, gapEvent, this.timeout);
	}

}
