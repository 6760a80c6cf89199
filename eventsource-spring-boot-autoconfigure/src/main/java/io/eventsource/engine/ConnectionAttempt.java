package io.eventsource.engine;

import java.util.List;

import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import org.jspecify.annotations.Nullable;

/**
 * The attempt of one client to connect to a stream. It is begun before anybody is asked
 * whether the client may connect, so that it notices when the client is revoked
 * meanwhile. To be used by one thread, but for {@link #leave()}.
 */
public final class ConnectionAttempt {

	private final StreamFamily family;

	private final List<EventClient> asked;

	private final Revocations.Mark mark;

	private final Connections connections;

	private volatile Connections.@Nullable Place place;

	ConnectionAttempt(StreamFamily family, Revocations.Mark mark, Connections connections) {
		this(family, List.of(), mark, connections);
	}

	private ConnectionAttempt(StreamFamily family, List<EventClient> asked, Revocations.Mark mark,
			Connections connections) {
		this.family = family;
		this.asked = asked;
		this.mark = mark;
		this.connections = connections;
	}

	/**
	 * Returns the same attempt of a client that asks for several topics.
	 * @param asked the client as it was let in to each topic
	 * @return the attempt
	 */
	public ConnectionAttempt several(List<EventClient> asked) {
		return new ConnectionAttempt(this.family.several(asked), asked, this.mark, this.connections);
	}

	/**
	 * Tells whether the connections of a client were ended since this attempt was begun.
	 * @param client the client
	 * @return whether they were; {@code true} if the condition has failed that tells
	 */
	public boolean isRevoked(EventClient client) {
		return this.asked.isEmpty() ? this.mark.revokes(client) : this.asked.stream().anyMatch(this.mark::revokes);
	}

	/**
	 * Takes a place among the connections, if there may be one more. It is to be given
	 * back by {@link #leave()}.
	 * @param client the client
	 * @return the reason why there is no place, or {@code null}
	 */
	public @Nullable RefusalReason enter(EventClient client) {
		Connections.Place taken = this.connections.enter(client);
		this.place = taken;
		return taken.refusal();
	}

	/**
	 * Connects a client that has taken a place. If it cannot be connected, the place is
	 * given back. Whoever revokes the client from now on finds it in the stream; whether
	 * it was revoked before is to be asked afterwards.
	 * @param client the client
	 * @param sink where its bytes go
	 * @return the connection, for the transport to report to
	 * @throws IllegalStateException if the stream was closed
	 */
	public EventConnection connect(EventClient client, EventSink sink) {
		try {
			return this.family.connect(client, sink);
		}
		catch (RuntimeException | Error ex) {
			leave();
			throw ex;
		}
	}

	/**
	 * Gives the place back, once, however often it is called. Any thread.
	 */
	public void leave() {
		Connections.Place taken = this.place;
		if (taken != null) {
			taken.leave();
		}
	}

}
