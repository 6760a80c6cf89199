package io.eventsource.web;

import io.eventsource.EventClient;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Decides who may open a stream, for how long, and what is kept of the request. Declare a
 * bean of this type for all streams, or for one stream by naming it in a
 * {@code @Qualifier}. If there are several for a stream, its own ones are asked before
 * those for all streams, in the order of their {@code @Order}; the first refusal counts,
 * and so does the earliest end.
 */
@FunctionalInterface
public interface StreamAdmission {

	/**
	 * Examines a client before anything else is done for it. This method is called on the
	 * thread of the request, which may block. An exception is handled as if a controller
	 * had thrown it, so that exceptions of Spring Security have their usual effect.
	 * @param client what is known about the client so far
	 * @param request the request, which must not be kept
	 * @return the decision
	 */
	Admission admit(EventClient client, HttpServletRequest request);

}
