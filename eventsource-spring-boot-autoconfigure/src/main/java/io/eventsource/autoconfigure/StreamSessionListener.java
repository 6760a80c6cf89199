package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Ends the connections of a user when the session ends in which they were opened: at
 * logout, at its timeout, and when its id changes, which is what happens when somebody
 * logs in. The client comes back as whoever it is by then.
 */
class StreamSessionListener
		implements HttpSessionListener, HttpSessionIdListener, ServletRequestListener, SmartInitializingSingleton {

	private final ObjectProvider<EventSourceEndpoint> endpoints;

	/**
	 * Not asked of the application context for each session: containers also end sessions
	 * when the context is no more, which would make an endpoint anew.
	 */
	private volatile @Nullable EventSourceEndpoint endpoint;

	StreamSessionListener(ObjectProvider<EventSourceEndpoint> endpoints) {
		this.endpoints = endpoints;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.endpoint = this.endpoints.getIfAvailable();
	}

	/** Who has come with a session is not served once that has ended. */
	@Override
	public void requestInitialized(ServletRequestEvent event) {
		if (event.getServletRequest() instanceof HttpServletRequest request) {
			EventSourceEndpoint.begin(request);
		}
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
		EventSourceEndpoint current = this.endpoint;
		if (current != null) {
			current.disconnect((client) -> client.principal() != null && sessionId.equals(client.sessionId()));
		}
	}

}
