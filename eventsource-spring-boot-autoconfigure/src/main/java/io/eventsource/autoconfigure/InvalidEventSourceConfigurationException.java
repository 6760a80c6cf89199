package io.eventsource.autoconfigure;

/**
 * Thrown at start-up when the streams cannot be served as they are configured.
 */
class InvalidEventSourceConfigurationException extends RuntimeException {

	private final String action;

	InvalidEventSourceConfigurationException(String description, String action) {
		super(description);
		this.action = action;
	}

	String action() {
		return this.action;
	}

}
