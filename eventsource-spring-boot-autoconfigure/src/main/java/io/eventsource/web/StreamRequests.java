package io.eventsource.web;

import jakarta.servlet.http.HttpServletRequest;

/**
 * What the server around it and an event stream tell each other by means of the request.
 */
public final class StreamRequests {

	/**
	 * Name of the request attribute by which a container may offer a way to end a
	 * response at once, however much of it has not been sent: a
	 * {@code Consumer<Throwable>}, which is given the reason. It must not block. The
	 * auto-configuration offers it for HTTP/2 on Tomcat.
	 */
	public static final String RESET_ATTRIBUTE = "io.eventsource.web.reset";

	/**
	 * Name of the request attribute by which a container may offer to hand over its
	 * socket to the stream that answers the request: a {@link SocketOffer}. The
	 * auto-configuration offers it on Tomcat if {@code eventsource.tomcat.direct} is set.
	 */
	public static final String SOCKET_ATTRIBUTE = "io.eventsource.web.socket";

	private StreamRequests() {
	}

	/**
	 * Takes note of the session that a request has come with, so that no stream is opened
	 * for its user if it ends before the stream is opened. Called when the request
	 * begins, before anything of the application.
	 * @param request the request
	 */
	public static void begin(HttpServletRequest request) {
		ConnectionRequest.begin(request);
	}

	/**
	 * Tells whether a request was answered by a stream that has begun, where nothing else
	 * can be answered any more.
	 * @param request the request
	 * @return whether it was
	 */
	public static boolean isStream(HttpServletRequest request) {
		return StreamExchange.isStreaming(request);
	}

}
