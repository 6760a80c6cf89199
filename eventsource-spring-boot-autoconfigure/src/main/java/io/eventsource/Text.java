package io.eventsource;

/**
 * Foreign text made fit for a log line or an exception message.
 */
final class Text {

	private static final int LIMIT = 80;

	private Text() {
	}

	/**
	 * Quotes a value: control characters and line separators escaped, the rest cut after
	 * {@value #LIMIT} characters.
	 */
	static String quote(String value) {
		StringBuilder quoted = new StringBuilder("\"");
		for (int i = 0; i < Math.min(value.length(), LIMIT); i++) {
			char c = value.charAt(i);
			if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) {
				quoted.append(String.format("\\u%04x", (int) c));
			}
			else {
				quoted.append(c);
			}
		}
		return quoted.append((value.length() > LIMIT) ? "\"..." : "\"").toString();
	}

}
