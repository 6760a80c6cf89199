package io.eventsource;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one connection. Holds no request, so that it may be kept.
 *
 * @param id the id of the connection, unique within the process
 * @param stream the name of the stream
 * @param principalName the name of the authenticated user, or {@code null}
 * @param remoteAddress the address of the client, or {@code null}
 * @param lastEventId the id of the last event that the client says it has, as sent by the
 * client and not to be trusted, or {@code null}
 * @param since when the connection was opened
 */
public record EventClient(String id, String stream, @Nullable String principalName, @Nullable String remoteAddress,
		@Nullable String lastEventId, Instant since) {

	/**
	 * Describes the client in a form that is safe to log.
	 */
	@Override
	public String toString() {
		return "client " + this.id + " of stream '" + this.stream + "'";
	}

}
