package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Makes text of unknown origin fit for a log line or an exception message, so that it can
 * neither forge a line nor fill the log.
 */
public final class LogSanitizer {

	private static final int LIMIT = 80;

	private static final int LONG_LIMIT = 500;

	private LogSanitizer() {
	}

	/**
	 * Quotes a value. Control characters and line separators are escaped, and what
	 * exceeds {@value #LIMIT} characters is cut off.
	 * @param value the value
	 * @return the value in quotes
	 */
	static String quote(String value) {
		return "\"" + escape(value, LIMIT) + ((value.length() > LIMIT) ? "\"..." : "\"");
	}

	/**
	 * Makes one harmless line of a message, such as that of an exception. What exceeds
	 * {@value #LONG_LIMIT} characters is cut off.
	 * @param message the message
	 * @return the line
	 */
	public static String line(@Nullable String message) {
		return (message != null) ? escape(message, LONG_LIMIT) : "no message";
	}

	private static String escape(String value, int limit) {
		StringBuilder quoted = new StringBuilder();
		for (int i = 0; i < Math.min(value.length(), limit); i++) {
			char c = value.charAt(i);
			if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) {
				quoted.append(String.format("\\u%04x", (int) c));
			}
			else {
				quoted.append(c);
			}
		}
		return quoted.toString();
	}

}
