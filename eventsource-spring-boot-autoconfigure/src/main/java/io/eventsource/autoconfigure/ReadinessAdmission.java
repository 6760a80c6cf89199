package io.eventsource.autoconfigure;

import io.eventsource.EventClient;
import io.eventsource.web.Admission;
import io.eventsource.web.StreamAdmission;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Sends new clients elsewhere while the application refuses traffic: a stream that is
 * opened then would stay for hours on an instance that wants none. Only a published state
 * counts: before the first change of its state, an application is not ready as far as the
 * platform is concerned, but it serves.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class ReadinessAdmission implements StreamAdmission {

	private final ObjectProvider<ApplicationAvailability> availability;

	ReadinessAdmission(ObjectProvider<ApplicationAvailability> availability) {
		this.availability = availability;
	}

	@Override
	public Admission admit(EventClient client, HttpServletRequest request) {
		ApplicationAvailability current = this.availability.getIfUnique();
		AvailabilityChangeEvent<ReadinessState> last = (current != null)
				? current.getLastChangeEvent(ReadinessState.class) : null;
		return (last != null && last.getState() == ReadinessState.REFUSING_TRAFFIC) ? Admission.unavailable()
				: Admission.accept();
	}

}
