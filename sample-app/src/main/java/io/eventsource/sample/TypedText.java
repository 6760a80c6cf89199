package io.eventsource.sample;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * Text that people type into a form.
 */
final class TypedText {

	private TypedText() {
	}

	/**
	 * Refuses what is blank or too long, with a problem that the page can show.
	 */
	static String require(String field, String text, int maxLength) {
		if (text.isBlank()) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "The " + field + " must not be blank");
		}
		if (text.length() > maxLength) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"The " + field + " must have at most " + maxLength + " characters; it has " + text.length());
		}
		return text.strip();
	}

}
