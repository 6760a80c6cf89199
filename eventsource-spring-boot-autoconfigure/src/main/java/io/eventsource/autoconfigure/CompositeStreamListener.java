package io.eventsource.autoconfigure;

import java.util.List;
import java.util.function.Consumer;

import io.eventsource.Callee;
import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.RefusalReason;
import io.eventsource.StreamListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Notifies all listeners, whatever one of them throws.
 */
class CompositeStreamListener implements StreamListener {

	private static final Log logger = LogFactory.getLog(CompositeStreamListener.class);

	private final List<StreamListener> listeners;

	CompositeStreamListener(List<StreamListener> listeners) {
		this.listeners = listeners;
	}

	@Override
	public void clientOpened(EventClient client) {
		forEach((listener) -> listener.clientOpened(client));
	}

	@Override
	public void clientClosed(EventClient client, CloseReason reason) {
		forEach((listener) -> listener.clientClosed(client, reason));
	}

	@Override
	public void clientRefused(String stream, RefusalReason reason) {
		forEach((listener) -> listener.clientRefused(stream, reason));
	}

	@Override
	public void eventsFlushed(String stream, long nanos) {
		forEach((listener) -> listener.eventsFlushed(stream, nanos));
	}

	@Override
	public void eventsMissed(EventClient client, GapCause cause, @Nullable Long missed) {
		forEach((listener) -> listener.eventsMissed(client, cause, missed));
	}

	@Override
	public void eventRejected(String stream, Object element, Throwable cause) {
		forEach((listener) -> listener.eventRejected(stream, element, cause));
	}

	@Override
	public void filterFailed(EventClient client, Event event, Throwable cause) {
		forEach((listener) -> listener.filterFailed(client, event, cause));
	}

	@Override
	public void publisherFailed(String stream, Throwable cause) {
		forEach((listener) -> listener.publisherFailed(stream, cause));
	}

	@Override
	public void callFailed(String stream, Callee callee, Throwable cause) {
		forEach((listener) -> listener.callFailed(stream, callee, cause));
	}

	private void forEach(Consumer<StreamListener> signal) {
		for (int i = 0; i < this.listeners.size(); i++) {
			StreamListener listener = null;
			try {
				listener = this.listeners.get(i);
				signal.accept(listener);
			}
			catch (Throwable ex) {
				failed(listener, ex);
			}
		}
	}

	/** Creating a listener that is not a singleton may fail. */
	private static void failed(@Nullable StreamListener listener, Throwable cause) {
		try {
			logger.warn(
					"The stream listener " + ((listener != null) ? listener.getClass().getName() + " " : "") + "failed",
					cause);
		}
		catch (Throwable ex) {
			// The other listeners are notified all the same
		}
	}

}
