package io.eventsource.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.StreamListener;
import org.jspecify.annotations.Nullable;

/**
 * Records what streams report, by client where it is about one.
 */
public class RecordingListener implements StreamListener {

	private final Map<String, Integer> opened = new ConcurrentHashMap<>();

	private final Map<String, List<CloseReason>> closed = new ConcurrentHashMap<>();

	private final Map<String, List<String>> missed = new ConcurrentHashMap<>();

	private final List<Long> delays = Collections.synchronizedList(new ArrayList<>());

	private final List<Throwable> rejections = Collections.synchronizedList(new ArrayList<>());

	private final List<Object> rejected = Collections.synchronizedList(new ArrayList<>());

	private final List<String> filterFailures = Collections.synchronizedList(new ArrayList<>());

	private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

	@Override
	public void clientOpened(EventClient client) {
		this.opened.merge(client.id(), 1, Integer::sum);
	}

	@Override
	public void clientClosed(EventClient client, CloseReason reason) {
		this.closed.computeIfAbsent(client.id(), (id) -> Collections.synchronizedList(new ArrayList<>())).add(reason);
	}

	@Override
	public void eventsMissed(EventClient client, GapCause cause, @Nullable Long missed) {
		this.missed.computeIfAbsent(client.id(), (id) -> Collections.synchronizedList(new ArrayList<>()))
			.add(cause + ((missed != null) ? " " + missed : ""));
	}

	@Override
	public void eventRejected(String stream, Object element, Throwable cause) {
		this.rejected.add(element);
		this.rejections.add(cause);
	}

	@Override
	public void filterFailed(EventClient client, Event event, Throwable cause) {
		this.filterFailures.add(cause.getMessage());
	}

	@Override
	public void eventsFlushed(String stream, long nanos) {
		this.delays.add(nanos);
	}

	@Override
	public void publisherFailed(String stream, Throwable cause) {
		this.failures.add(cause);
	}

	/**
	 * How many clients were opened, each of them once.
	 */
	public int opened() {
		return this.opened.values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * Why the client was closed; more than one reason is a fault.
	 */
	public List<CloseReason> closed(String client) {
		return List.copyOf(this.closed.getOrDefault(client, List.of()));
	}

	/**
	 * What the client was told to have missed: causes and numbers.
	 */
	public List<String> missed(String client) {
		return List.copyOf(this.missed.getOrDefault(client, List.of()));
	}

	/**
	 * How long events took to be flushed, in nanoseconds.
	 */
	public List<Long> delays() {
		return List.copyOf(this.delays);
	}

	public List<Throwable> rejections() {
		return List.copyOf(this.rejections);
	}

	public List<Object> rejected() {
		return List.copyOf(this.rejected);
	}

	public List<String> filterFailures() {
		return List.copyOf(this.filterFailures);
	}

	public List<Throwable> failures() {
		return List.copyOf(this.failures);
	}

}
