package io.eventsource.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.eventsource.Callee;
import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.StreamListener;
import io.eventsource.engine.Faults.Place;
import org.jspecify.annotations.Nullable;

/**
 * A listener that fails where a test wants it to, and keeps what it was told before.
 */
final class FaultyListener implements StreamListener {

	private final Faults faults;

	private final List<String> heard = new CopyOnWriteArrayList<>();

	FaultyListener(Faults faults) {
		this.faults = faults;
	}

	/**
	 * What it was told, each as a word and a few details.
	 */
	List<String> heard() {
		return this.heard;
	}

	private void hear(Place place, String what) {
		this.heard.add(what);
		this.faults.at(place);
	}

	@Override
	public void clientOpened(EventClient client) {
		hear(Place.LISTENER_OPENED, "opened " + client.id());
	}

	@Override
	public void clientClosed(EventClient client, CloseReason reason) {
		hear(Place.LISTENER_CLOSED, "closed " + client.id() + " " + reason);
	}

	@Override
	public void eventsMissed(EventClient client, GapCause cause, @Nullable Long missed) {
		hear(Place.LISTENER_MISSED, "missed " + client.id() + " " + cause);
	}

	@Override
	public void eventRejected(String stream, Object element, Throwable cause) {
		hear(Place.LISTENER_REJECTED, "rejected");
	}

	@Override
	public void filterFailed(EventClient client, Event event, Throwable cause) {
		hear(Place.LISTENER_FILTER_FAILED, "filter failed " + client.id());
	}

	@Override
	public void eventsFlushed(String stream, long nanos) {
		hear(Place.LISTENER_FLUSHED, "flushed");
	}

	@Override
	public void publisherFailed(String stream, Throwable cause) {
		hear(Place.LISTENER_PUBLISHER_FAILED, "publisher failed");
	}

	@Override
	public void callFailed(String stream, Callee callee, Throwable cause) {
		hear(Place.LISTENER_CALL_FAILED, "call failed " + callee);
	}

}
