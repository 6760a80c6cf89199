package io.eventsource.test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;

/**
 * An open event stream, read in a thread of its own. {@code assertThat(stream)} of
 * AssertJ gives {@link EventStreamAssert}, whose assertions wait. Thread-safe.
 */
public final class TestEventStream implements AutoCloseable, AssertProvider<EventStreamAssert> {

	static final String LAST_EVENT_ID = "Last-Event-ID";

	private final EventStreamRequest request;

	private final Exchange exchange;

	private final ReceivedStream received;

	private final StreamReader reader;

	TestEventStream(EventStreamRequest request, Exchange exchange) {
		this.request = request;
		this.exchange = exchange;
		this.received = new ReceivedStream(lastEventIdSent(), request.timeout());
		this.reader = new StreamReader(exchange, request.plan(), this.received);
		this.reader.start();
	}

	/**
	 * Returns the status of the response.
	 * @return 200 for a stream; 204 if a client is to stay away; or a refusal
	 */
	public int status() {
		return this.exchange.status();
	}

	/**
	 * Returns a header of the response.
	 * @param name the name, in any case
	 * @return its first value, or {@code null} if the response has none
	 */
	public @Nullable String header(String name) {
		List<String> values = this.exchange.header(name);
		return values.isEmpty() ? null : values.get(0);
	}

	/**
	 * Returns what the client has dispatched so far, gap events included.
	 * @return a copy
	 */
	public List<TestEvent> events() {
		return this.received.get((parser) -> List.copyOf(parser.events()));
	}

	/**
	 * Waits for a number of events.
	 * @param count how many, gap events included
	 * @return all events that have come by then
	 * @throws AssertionError if they have not come in time, or cannot come any more
	 */
	public List<TestEvent> awaitEvents(int count) {
		return this.received.await(count + " events", (parser) -> parser.events().size() >= count,
				(parser) -> List.copyOf(parser.events()));
	}

	/**
	 * Waits for an event.
	 * @param condition what it has to be
	 * @return the first that is
	 * @throws AssertionError if it has not come in time, or cannot come any more
	 */
	public TestEvent awaitEvent(Predicate<? super TestEvent> condition) {
		return this.received.await("such an event", (parser) -> parser.events().stream().anyMatch(condition),
				(parser) -> parser.events().stream().filter(condition).findFirst().orElseThrow());
	}

	/**
	 * Waits for the end of the response: the server has ended it, the connection is
	 * broken, or was cut as requested.
	 * @return this stream
	 * @throws AssertionError if it does not end in time
	 */
	public TestEventStream awaitEnd() {
		this.received.awaitEnd();
		return this;
	}

	/**
	 * Returns whether the response has ended, or the client has left.
	 * @return {@code true} after the end
	 */
	public boolean hasEnded() {
		return this.received.hasEnded();
	}

	/**
	 * Returns what broke the connection.
	 * @return the failure, or {@code null} if the response is open or has ended cleanly
	 */
	public @Nullable IOException failure() {
		return this.received.failure();
	}

	/**
	 * Returns the comments, heartbeats among them.
	 * @return a copy, without the colon and one space behind it
	 */
	public List<String> comments() {
		return this.received.get((parser) -> List.copyOf(parser.comments()));
	}

	/**
	 * Returns what an {@code EventSource} would send as {@code Last-Event-ID} next.
	 * @return the id, empty for none; what was sent, until the stream names another
	 */
	public String lastEventId() {
		return this.received.get(EventStreamParser::lastEventId);
	}

	/**
	 * Returns the reconnection time that the stream has set.
	 * @return the time, or {@code null} if it has set none
	 */
	public @Nullable Duration retry() {
		return this.received.get(EventStreamParser::retry);
	}

	/**
	 * Returns the body as it came.
	 * @return the text, decoded from UTF-8
	 */
	public String text() {
		return this.received.text();
	}

	/**
	 * Stops reading, as a client does that hangs. What has arrived before is kept.
	 * @throws UnsupportedOperationException if the response is a mock
	 */
	public void pauseReading() {
		if (!this.exchange.hasBackPressure()) {
			throw new UnsupportedOperationException("The server does not notice how fast a mock response is read");
		}
		this.reader.pause();
	}

	/**
	 * Reads on, as fast as it can.
	 */
	public void continueReading() {
		this.reader.continueReading();
	}

	/**
	 * Comes back as an {@code EventSource} does: leaves if the response is still open,
	 * and sends the same request with the last event id. How fast the client reads, and
	 * where it is cut, is not repeated.
	 * @return another stream, to be closed
	 */
	public TestEventStream reopen() {
		close();
		return this.request.after(lastEventId()).open();
	}

	/**
	 * Leaves: closes the connection, or has the mock request fail as if it were closed.
	 */
	@Override
	public void close() {
		this.reader.leave();
	}

	/**
	 * Gives AssertJ the assertions.
	 * @return assertions on this stream
	 * @deprecated in favour of {@code assertThat(stream)}
	 */
	@Override
	@Deprecated
	public EventStreamAssert assertThat() {
		return new EventStreamAssert(this);
	}

	/** Empty for none. */
	String lastEventIdSent() {
		String id = this.request.headers().getFirst(LAST_EVENT_ID);
		return (id != null) ? id : "";
	}

	boolean isGap(TestEvent event) {
		return event.type().equals(this.request.gapEvent());
	}

	ReceivedStream received() {
		return this.received;
	}

	@Override
	public String toString() {
		return "GET " + this.request.uri() + ", status " + status() + ", " + this.received;
	}

}
