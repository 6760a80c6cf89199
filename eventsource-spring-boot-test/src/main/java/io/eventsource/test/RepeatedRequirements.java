package io.eventsource.test;

import java.util.List;

import org.assertj.core.api.ThrowingConsumer;

/**
 * Requirements that are tried again with each event.
 */
final class RepeatedRequirements {

	private final ThrowingConsumer<? super List<TestEvent>> requirements;

	private Throwable lastFailure = new AssertionError("Not tried");

	RepeatedRequirements(ThrowingConsumer<? super List<TestEvent>> requirements) {
		this.requirements = requirements;
	}

	boolean meets(List<TestEvent> events) {
		try {
			this.requirements.accept(List.copyOf(events));
			return true;
		}
		catch (AssertionError | RuntimeException ex) {
			this.lastFailure = ex;
			return false;
		}
	}

	/**
	 * Adds why the requirements were not met at last.
	 */
	void addTo(AssertionError error) {
		error.addSuppressed(this.lastFailure);
	}

}
