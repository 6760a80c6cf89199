package io.eventsource.engine.delivery;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.eventsource.EventClient;
import io.eventsource.EventSink;
import org.jspecify.annotations.Nullable;

/**
 * A client, and where its bytes go.
 *
 * @param client the client
 * @param sink the sink
 * @param keepsPositions whether the client is sent anything but what is the publisher's,
 * and gaps
 */
record Recipient(EventClient client, EventSink sink, boolean keepsPositions) {

	static Recipient of(EventClient client, EventSink sink) {
		return new Recipient(client, sink, sink.keepsPositions());
	}

	/**
	 * Calls code of the application as it is to be called for this client.
	 */
	<T> @Nullable T inContext(Supplier<@Nullable T> call) {
		AtomicReference<@Nullable T> result = new AtomicReference<>();
		this.sink.runInContext(() -> result.set(call.get()));
		return result.get();
	}

}
