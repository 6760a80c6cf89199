package io.eventsource.test;

import org.jspecify.annotations.Nullable;

/**
 * An event as a client dispatches it.
 *
 * @param type the type, {@code message} if the stream names none
 * @param data the data; lines are separated by {@code \n}
 * @param lastEventId the last event id of the stream at that moment, empty if there is
 * none; in what a test expects also {@code null} for any
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">WHATWG
 * HTML, 9.2.6 "Interpreting an event stream"</a>
 */
public record TestEvent(String type, String data, @Nullable String lastEventId) {

	/** The type of an event that names none. */
	public static final String MESSAGE = "message";

	/**
	 * An event that a test expects, with any id.
	 * @param type the type
	 * @param data the data
	 * @return the event
	 */
	public static TestEvent of(String type, String data) {
		return new TestEvent(type, data, null);
	}

	/**
	 * An event without a type that a test expects, with any id.
	 * @param data the data
	 * @return the event
	 */
	public static TestEvent of(String data) {
		return of(MESSAGE, data);
	}

	/**
	 * The same event with an id.
	 * @param id the last event id of the stream when the client has the event
	 * @return another event
	 */
	public TestEvent withId(String id) {
		return new TestEvent(this.type, this.data, id);
	}

	boolean matches(TestEvent received) {
		return this.type.equals(received.type) && this.data.equals(received.data)
				&& (this.lastEventId == null || this.lastEventId.equals(received.lastEventId));
	}

	@Override
	public String toString() {
		return this.type + ": " + this.data + ((this.lastEventId != null) ? " (id " + this.lastEventId + ")" : "");
	}

}
