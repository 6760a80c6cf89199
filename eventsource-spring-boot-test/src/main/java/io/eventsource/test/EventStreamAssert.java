package io.eventsource.test;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.ThrowingConsumer;

/**
 * Assertions on an event stream. Those on what comes wait for it, up to the timeout of
 * the client; none of them sleeps.
 */
public final class EventStreamAssert extends AbstractAssert<EventStreamAssert, TestEventStream> {

	private static final int NO_CONTENT = 204;

	EventStreamAssert(TestEventStream actual) {
		super(actual, EventStreamAssert.class);
	}

	/**
	 * Checks the status of the response.
	 * @param status the expected status
	 * @return this
	 */
	public EventStreamAssert hasStatus(int status) {
		return check(this.actual.status() == status, "Expected status %s, but got %s", status, this.actual);
	}

	/**
	 * Checks a header of the response.
	 * @param name the name, in any case
	 * @param value the expected first value
	 * @return this
	 */
	public EventStreamAssert hasHeader(String name, String value) {
		String actualValue = this.actual.header(name);
		return check(value.equals(actualValue), "Expected the header %s: %s, but got %s", name, value,
				(actualValue != null) ? actualValue : "none");
	}

	/**
	 * Waits for as many events as are expected and checks that exactly these have come,
	 * in this order. Gap events are left out: {@link #hasNoGap()} looks at them.
	 * @param expected the events; ids are compared if they have one
	 * @return this
	 */
	public EventStreamAssert hasEvents(TestEvent... expected) {
		awaitEvents(expected.length);
		List<TestEvent> events = events();
		boolean same = events.size() == expected.length;
		for (int i = 0; same && i < expected.length; i++) {
			same = expected[i].matches(events.get(i));
		}
		return check(same, "Expected the events %s, but got %s", Arrays.asList(expected), this.actual);
	}

	/**
	 * Waits for as many events as are expected and checks that exactly these data have
	 * come, in this order, whatever the types. Gap events are left out:
	 * {@link #hasNoGap()} looks at them.
	 * @param expected the data of the events
	 * @return this
	 */
	public EventStreamAssert hasData(String... expected) {
		awaitEvents(expected.length);
		List<String> data = events().stream().map(TestEvent::data).toList();
		return check(data.equals(List.of(expected)), "Expected the data %s, but got %s", List.of(expected),
				this.actual);
	}

	/**
	 * Waits until the events meet the requirements.
	 * @param requirements fails as long as they are not met
	 * @return this
	 */
	public EventStreamAssert eventsSatisfy(ThrowingConsumer<? super List<TestEvent>> requirements) {
		RepeatedRequirements attempts = new RepeatedRequirements(requirements);
		try {
			this.actual.received()
				.await("such events", (parser) -> attempts.meets(parser.events()), Function.identity());
		}
		catch (AssertionError ex) {
			attempts.addTo(ex);
			throw ex;
		}
		return this;
	}

	/**
	 * Waits for a gap event that names a cause.
	 * @param cause the cause, such as {@code evicted}
	 * @return this
	 */
	public EventStreamAssert hasGap(String cause) {
		String field = "\"cause\":\"" + cause + "\"";
		this.actual.received()
			.await("a gap event with the cause " + cause,
					(parser) -> parser.events()
						.stream()
						.anyMatch((e) -> this.actual.isGap(e) && e.data().contains(field)),
					Function.identity());
		return this;
	}

	/**
	 * Checks that nothing that has come so far tells of a gap. Wait for what is to come
	 * first: {@code hasEvents(...).hasNoGap()}.
	 * @return this
	 */
	public EventStreamAssert hasNoGap() {
		return check(this.actual.events().stream().noneMatch(this.actual::isGap), "Expected no gap, but got %s",
				this.actual);
	}

	/**
	 * Checks that this stream continues another one: it was opened with the last event id
	 * of that one, is there, tells of no gap, and repeats none of its events. Waits for
	 * the first thing that it says; what comes later is not looked at, so wait for that
	 * first.
	 * @param earlier the stream that ended or was left
	 * @return this
	 */
	public EventStreamAssert resumesAfter(TestEventStream earlier) {
		resumesAfter(earlier.lastEventId());
		List<TestEvent> repeated = this.actual.events()
			.stream()
			.filter((event) -> !"".equals(event.lastEventId()) && earlier.events().contains(event))
			.toList();
		return check(repeated.isEmpty(), "Expected no event again, but got %s again", repeated);
	}

	/**
	 * Checks that this stream continues after an event: it was opened with its id, is
	 * there, and tells of no gap.
	 * @param lastEventId the id of the event
	 * @return this
	 */
	public EventStreamAssert resumesAfter(String lastEventId) {
		check(!lastEventId.isEmpty(), "There is no id after which a stream could resume");
		check(this.actual.lastEventIdSent().equals(lastEventId),
				"Expected a request with the last event id %s, but it was '%s'", lastEventId,
				this.actual.lastEventIdSent());
		hasStatus(200);
		this.actual.received().await("something", (parser) -> !this.actual.text().isEmpty(), Function.identity());
		return hasNoGap();
	}

	/**
	 * Waits for the clean end of the response.
	 * @return this
	 */
	public EventStreamAssert ends() {
		this.actual.awaitEnd();
		return check(this.actual.failure() == null, "Expected a clean end, but got %s", this.actual);
	}

	/**
	 * Waits for the end, and checks that a client that comes back with its last event id
	 * is told by 204 to stay away, as an {@code EventSource} then does (WHATWG HTML,
	 * 9.2.3 "Processing model"). A response that is itself a 204 will do.
	 * @return this
	 */
	public EventStreamAssert endsWith204() {
		ends();
		if (this.actual.status() != NO_CONTENT) {
			try (TestEventStream again = this.actual.reopen()) {
				check(again.status() == NO_CONTENT, "Expected 204 for a client that comes back, but got %s", again);
			}
		}
		return this;
	}

	/**
	 * Checks that the response has not ended.
	 * @return this
	 */
	public EventStreamAssert isOpen() {
		return check(!this.actual.hasEnded(), "Expected an open stream, but got %s", this.actual);
	}

	/**
	 * Waits for the reconnection time that the stream sets.
	 * @param retry the expected time
	 * @return this
	 */
	public EventStreamAssert hasRetry(Duration retry) {
		this.actual.received()
			.await("the reconnection time " + retry, (parser) -> retry.equals(parser.retry()), Function.identity());
		return this;
	}

	/**
	 * Waits for a comment, such as a heartbeat.
	 * @param comment its text; a heartbeat's is empty
	 * @return this
	 */
	public EventStreamAssert hasComment(String comment) {
		this.actual.received()
			.await("the comment '" + comment + "'", (parser) -> parser.comments().contains(comment),
					Function.identity());
		return this;
	}

	private void awaitEvents(int count) {
		this.actual.received()
			.await(count + " events",
					(parser) -> parser.events().stream().filter((event) -> !this.actual.isGap(event)).count() >= count,
					Function.identity());
	}

	private List<TestEvent> events() {
		return this.actual.events().stream().filter((event) -> !this.actual.isGap(event)).toList();
	}

	private EventStreamAssert check(boolean met, String message, Object... arguments) {
		if (!met) {
			throw failure(message, arguments);
		}
		return this;
	}

}
