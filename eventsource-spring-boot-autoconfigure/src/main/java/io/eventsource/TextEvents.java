package io.eventsource;

/**
 * Turns the data of events into text, which is all that can be stored.
 */
final class TextEvents {

	private final DataWriter dataWriter;

	TextEvents(DataWriter dataWriter) {
		this.dataWriter = dataWriter;
	}

	/**
	 * Returns the same event with its data as text.
	 * @param maxLength how long the text may be
	 * @throws IllegalArgumentException if the data cannot be written
	 */
	Event of(Event event, int maxLength) {
		Object data = event.data();
		if (data == null) {
			return event;
		}
		Event.Builder copy = Event.builder().type(event.type()).data(text(event, data, maxLength));
		if (event.key() != null) {
			copy.key(event.key());
		}
		if (event.retry() != null) {
			copy.retry(event.retry());
		}
		if (event.comment() != null) {
			copy.comment(event.comment());
		}
		return copy.build();
	}

	private String text(Event event, Object data, int maxLength) {
		try {
			return (data instanceof CharSequence text) ? text.toString() : this.dataWriter.write(data, maxLength);
		}
		catch (Exception | StackOverflowError ex) {
			throw new IllegalArgumentException("The data of " + event + " cannot be written: " + ex.getMessage(), ex);
		}
	}

}
