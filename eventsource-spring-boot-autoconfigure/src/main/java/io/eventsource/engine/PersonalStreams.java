package io.eventsource.engine;

import java.util.function.Consumer;
import java.util.function.Function;

import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.StreamSettings;
import io.eventsource.engine.log.FrameEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Streams that have one client each, and end with it. Thread-safe.
 */
final class PersonalStreams implements StreamSelector {

	private final StreamSettings settings;

	private final Function<EventClient, EventStreamBuilder> factory;

	private final ActiveStreams streams;

	private final Consumer<EventStream> onEnd;

	private volatile boolean stopped;

	/**
	 * Creates the streams of a family.
	 * @param settings the settings of each stream
	 * @param factory describes the stream of a client
	 * @param streams where the streams are found while they run
	 * @param onEnd called with each stream whose client has gone
	 */
	PersonalStreams(StreamSettings settings, Function<EventClient, EventStreamBuilder> factory, ActiveStreams streams,
			Consumer<EventStream> onEnd) {
		this.settings = settings;
		this.factory = factory;
		this.streams = streams;
		this.onEnd = onEnd;
	}

	@Override
	public boolean isPersonal() {
		return true;
	}

	@Override
	public boolean isOver(EventClient client) {
		return this.stopped || wasPersonal(client.lastEventId());
	}

	/** Whether a client was left with this id at the end of its stream. */
	static boolean wasPersonal(@Nullable String lastEventId) {
		return lastEventId != null && FrameEncoder.isEnd(lastEventId);
	}

	@Override
	public EventConnection connect(EventClient client, EventSink sink) {
		EventStream stream = this.factory.apply(client).settings(this.settings).personal(this.onEnd).build();
		this.streams.add(stream);
		EventConnection connection;
		try {
			connection = stream.connect(client, sink);
		}
		catch (RuntimeException | Error ex) {
			this.streams.remove(stream);
			// Perhaps the client has its place already, where nobody would find it
			stream.close();
			throw ex;
		}
		if (this.stopped) {
			stream.stop();
		}
		return connection;
	}

	@Override
	public void stop() {
		this.stopped = true;
	}

}
