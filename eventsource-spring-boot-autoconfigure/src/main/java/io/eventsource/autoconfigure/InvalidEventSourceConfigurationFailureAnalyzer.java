package io.eventsource.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains an {@link InvalidEventSourceConfigurationException}.
 */
class InvalidEventSourceConfigurationFailureAnalyzer
		extends AbstractFailureAnalyzer<InvalidEventSourceConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidEventSourceConfigurationException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
	}

}
