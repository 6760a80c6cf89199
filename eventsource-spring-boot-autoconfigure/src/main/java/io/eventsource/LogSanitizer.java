package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Foreign text made fit for a log line or an exception message.
 */
public final class LogSanitizer {

	private static final int LIMIT = 80;

	private static final int LONG_LIMIT = 500;

	private LogSanitizer() {
	}

	/**
	 * Quotes a value: control characters and line separators escaped, the rest cut after
	 * {@value #LIMIT} characters.
	 */
	static String quote(String value) {
		return "\"" + escape(value, LIMIT) + ((value.length() > LIMIT) ? "\"..." : "\"");
	}

	/**
	 * Makes one harmless line of a message that may have come from anywhere, such as that
	 * of an exception; cut after {@value #LONG_LIMIT} characters.
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
