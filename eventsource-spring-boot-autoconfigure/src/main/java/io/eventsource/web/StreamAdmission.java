package io.eventsource.web;

import io.eventsource.EventClient;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Says who may open a stream, for how long, and what of the request is kept. Declare a
 * bean of this type for all streams, or for one by naming it in a {@code @Qualifier}.
 * Where there are several for a stream, its own ones are asked before those for all, each
 * by their {@code @Order}; the first refusal counts, and the earliest end.
 */
@FunctionalInterface
public interface StreamAdmission {

	/**
	 * Looks at a client before anything else is done for it. Called on the thread of the
	 * request, which may block. What it throws is handled as if a controller had thrown
	 * it, so that exceptions of Spring Security have their usual effect.
	 * @param client what is known of the client so far
	 * @param request the request, which must not be kept
	 * @return the answer
	 */
	Admission admit(EventClient client, HttpServletRequest request);

}
