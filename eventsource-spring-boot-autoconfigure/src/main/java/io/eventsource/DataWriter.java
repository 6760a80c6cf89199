package io.eventsource;

/**
 * Turns the data of an event into text, unless it is text already. Declare a bean of this
 * type to write something other than the application's JSON.
 */
@FunctionalInterface
public interface DataWriter {

	/**
	 * Writes one object. Called once for each event on the thread that publishes it, and
	 * by several such threads concurrently.
	 * @param data the data of an event; never a {@link CharSequence}
	 * @return the text to send; its line breaks need no treatment
	 * @throws Exception if the object cannot be written; the event is then rejected
	 */
	String write(Object data) throws Exception;

	/**
	 * Writes one object whose text is rejected if it is longer than a limit. The engine
	 * calls this method, on the same threads. By default, it calls
	 * {@link #write(Object)}, which writes a long text in vain.
	 * @param data the data of an event; never a {@link CharSequence}
	 * @param maxLength the maximum number of characters that can be sent
	 * @return the text to send
	 * @throws Exception if the object cannot be written, or its text turns out to be
	 * longer than the limit; the event is then rejected
	 */
	default String write(Object data, int maxLength) throws Exception {
		return write(data);
	}

}
