package io.eventsource.web;

import org.jspecify.annotations.Nullable;

/**
 * The offer of a container to hand over the socket of a request to the stream that
 * answers it. The container then needs nothing of what it keeps for an HTTP exchange.
 * Used on the thread of the request.
 */
public interface SocketOffer {

	/**
	 * Tells what keeps the socket from being handed over. Asked before the response
	 * begins, and again once its head has been sent.
	 * @return the obstacle, the subject of a sentence; {@code null} if there is none
	 */
	@Nullable String obstacle();

	/**
	 * Hands over the socket as soon as the request has been handled. From now on the
	 * container sends nothing of this response, and it closes the connection only when
	 * told to, or when it stops.
	 * @param listener learns what happens to the socket
	 * @return the socket
	 */
	ClientSocket handOver(SocketListener listener);

}
