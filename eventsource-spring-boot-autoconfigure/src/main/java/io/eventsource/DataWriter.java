package io.eventsource;

/**
 * Turns the data of an event into text, for all data but text itself. Declare a bean of
 * this type to write something other than the application's JSON.
 */
@FunctionalInterface
public interface DataWriter {

	/**
	 * Writes one object. Called once for each event, on the thread that publishes it, and
	 * by several such threads at once.
	 * @param data the data of an event; never a {@link CharSequence}
	 * @return the text to send; its line breaks need no treatment
	 * @throws Exception if the object cannot be written; the event is then refused
	 */
	String write(Object data) throws Exception;

	/**
	 * Writes one object, whose text will be refused if it is longer than a limit. The
	 * engine calls this method; by default it calls {@link #write(Object)}, and a long
	 * text is made in vain. Threads as there.
	 * @param data the data of an event; never a {@link CharSequence}
	 * @param maxLength how many characters can be sent
	 * @return the text to send
	 * @throws Exception if the object cannot be written, which includes that its text is
	 * seen to become longer than the limit; the event is then refused
	 */
	default String write(Object data, int maxLength) throws Exception {
		return write(data);
	}

}
