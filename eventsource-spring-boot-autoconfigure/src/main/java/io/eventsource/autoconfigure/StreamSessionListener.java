package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamRequests;
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
 * Ends the connections of a user when the session in which they were opened ends, by
 * logout or timeout, or changes its id, as it does at a login. The client then comes back
 * as whoever it is by that time.
 */
class StreamSessionListener
		implements HttpSessionListener, HttpSessionIdListener, ServletRequestListener, SmartInitializingSingleton {

	private final ObjectProvider<EventSourceEndpoint> endpoints;

	/**
	 * The endpoint is not looked up in the application context for each session:
	 * containers also end sessions after the context has been closed, which would create
	 * a new endpoint.
	 */
	private volatile @Nullable EventSourceEndpoint endpoint;

	StreamSessionListener(ObjectProvider<EventSourceEndpoint> endpoints) {
		this.endpoints = endpoints;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.endpoint = this.endpoints.getIfAvailable();
	}

	/** A client that came with a session is not served after the session has ended. */
	@Override
	public void requestInitialized(ServletRequestEvent event) {
		if (event.getServletRequest() instanceof HttpServletRequest request) {
			StreamRequests.begin(request);
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
