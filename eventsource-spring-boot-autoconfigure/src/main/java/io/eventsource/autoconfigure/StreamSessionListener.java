package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Ends the connections of a user when the session ends in which they were opened: at
 * logout, at its timeout, and when its id changes, which is what happens when somebody
 * logs in. The client comes back as whoever it is by then.
 */
class StreamSessionListener implements HttpSessionListener, HttpSessionIdListener {

	private final ObjectProvider<EventSourceEndpoint> endpoint;

	StreamSessionListener(ObjectProvider<EventSourceEndpoint> endpoint) {
		this.endpoint = endpoint;
	}

	@Override
	public void sessionDestroyed(HttpSessionEvent event) {
		end(event.getSession().getId());
	}

	@Override
	public void sessionIdChanged(HttpSessionEvent event, String oldSessionId) {
		end(oldSessionId);
	}

	private void end(String sessionId) {
		this.endpoint.ifAvailable((endpoint) -> endpoint
			.disconnect((client) -> client.principal() != null && sessionId.equals(client.sessionId())));
	}

}
