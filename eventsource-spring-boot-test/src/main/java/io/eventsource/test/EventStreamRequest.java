package io.eventsource.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import org.springframework.util.Assert;
import org.springframework.web.util.UriUtils;

/**
 * A request for an event stream: what the client sends, and how it reads. For one thread;
 * can be opened more than once.
 */
public final class EventStreamRequest {

	private final Transport transport;

	private final String path;

	private final @Nullable String gapEvent;

	private final Duration timeout;

	private final HttpHeaders headers = new HttpHeaders();

	private final List<String> query = new ArrayList<>();

	private final List<RequestPostProcessor> processors = new ArrayList<>();

	private ReadingPlan plan = ReadingPlan.EAGER;

	EventStreamRequest(Transport transport, String path, @Nullable String gapEvent, Duration timeout) {
		this.transport = transport;
		this.path = path;
		this.gapEvent = gapEvent;
		this.timeout = timeout;
		this.headers.set(HttpHeaders.ACCEPT, "text/event-stream");
	}

	/**
	 * Sets a header.
	 * @param name the name
	 * @param values the values; they replace those that were set before
	 * @return this request
	 */
	public EventStreamRequest header(String name, String... values) {
		this.headers.put(name, List.of(values));
		return this;
	}

	/**
	 * Adds a parameter to the query.
	 * @param name the name
	 * @param values the values, not encoded
	 * @return this request
	 */
	public EventStreamRequest param(String name, String... values) {
		for (String value : values) {
			this.query.add(encode(name) + "=" + encode(value));
		}
		return this;
	}

	private static String encode(String text) {
		return UriUtils.encode(text, StandardCharsets.UTF_8);
	}

	/**
	 * Logs in by HTTP's Basic scheme.
	 * @param user the name
	 * @param password the password
	 * @return this request
	 */
	public EventStreamRequest basicAuth(String user, String password) {
		this.headers.setBasicAuth(user, password, StandardCharsets.UTF_8);
		return this;
	}

	/**
	 * Has the client come back after an event.
	 * @param id the {@code Last-Event-ID}, sent in UTF-8; empty for none
	 * @return this request
	 */
	public EventStreamRequest lastEventId(String id) {
		if (id.isEmpty()) {
			this.headers.remove(TestEventStream.LAST_EVENT_ID);
		}
		else {
			this.headers.set(TestEventStream.LAST_EVENT_ID, id);
		}
		return this;
	}

	/**
	 * Changes the mock request, as the test support of Spring Security does:
	 * {@code with(user("alice"))}. Over HTTP, authenticate by a header instead.
	 * @param processor changes the request
	 * @return this request
	 */
	public EventStreamRequest with(RequestPostProcessor processor) {
		this.processors.add(processor);
		return this;
	}

	/**
	 * Sets the principal of the mock request. Over HTTP, authenticate by a header
	 * instead.
	 * @param principal the principal
	 * @return this request
	 */
	public EventStreamRequest principal(Principal principal) {
		return with((request) -> {
			request.setUserPrincipal(principal);
			return request;
		});
	}

	/**
	 * Cuts the connection when the client has read this much of the body, wherever that
	 * is: in the middle of an event or of a character. {@link TestEventStream#reopen()}
	 * then comes back as a browser does.
	 * @param bytes how many bytes are read, 0 or more
	 * @return this request
	 */
	public EventStreamRequest cutAfter(long bytes) {
		Assert.isTrue(bytes >= 0, () -> "A connection cannot be cut after " + bytes + " bytes");
		this.plan = this.plan.cutAfter(bytes);
		return this;
	}

	/**
	 * Has the client read no faster than this, with a small receive buffer, so that the
	 * server soon notices. Only over HTTP.
	 * @param bytesPerSecond 1 or more
	 * @return this request
	 */
	public EventStreamRequest readSlowly(int bytesPerSecond) {
		Assert.isTrue(bytesPerSecond > 0, () -> "A client cannot read " + bytesPerSecond + " bytes a second");
		this.plan = this.plan.slowly(bytesPerSecond);
		return this;
	}

	/**
	 * Has the client read nothing but the head of the response, with a small receive
	 * buffer, until {@link TestEventStream#continueReading()}. Only over HTTP.
	 * @return this request
	 */
	public EventStreamRequest doNotRead() {
		this.plan = this.plan.unread();
		return this;
	}

	/**
	 * Sends the request and waits for the head of the response. Whoever opens a stream
	 * gets what is published from then on.
	 * @return the stream, to be closed; a refusal too is one, whose status tells
	 * @throws UncheckedIOException if there is no response
	 * @throws UnsupportedOperationException if this way of reading, or what is set on the
	 * request, takes a connection, or a mock request
	 */
	public TestEventStream open() {
		try {
			Exchange exchange = this.transport.exchange(this);
			if (this.plan.needsBackPressure() && !exchange.hasBackPressure()) {
				exchange.close();
				throw new UnsupportedOperationException("The server does not notice how fast a mock response is read. "
						+ "Use @SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)");
			}
			return new TestEventStream(this, exchange);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No response to GET " + uri() + ": " + ex.getMessage(), ex);
		}
	}

	/** A request that differs by its last event id, and reads all that comes. */
	EventStreamRequest after(String lastEventId) {
		EventStreamRequest next = new EventStreamRequest(this.transport, this.path, this.gapEvent, this.timeout);
		next.headers.putAll(this.headers);
		next.query.addAll(this.query);
		next.processors.addAll(this.processors);
		return next.lastEventId(lastEventId);
	}

	/** Path and query. */
	String uri() {
		if (this.query.isEmpty()) {
			return this.path;
		}
		return this.path + ((this.path.indexOf('?') < 0) ? "?" : "&") + String.join("&", this.query);
	}

	HttpHeaders headers() {
		return this.headers;
	}

	List<RequestPostProcessor> processors() {
		return this.processors;
	}

	@Nullable String gapEvent() {
		return this.gapEvent;
	}

	Duration timeout() {
		return this.timeout;
	}

	ReadingPlan plan() {
		return this.plan;
	}

}
