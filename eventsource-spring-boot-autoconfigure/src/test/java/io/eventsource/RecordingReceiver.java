package io.eventsource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Keeps what a store hands over, and whether the store keeps to its contract in doing so.
 */
public final class RecordingReceiver implements EventStore.Receiver {

	private final AtomicBoolean busy = new AtomicBoolean();

	private final List<String> violations = new CopyOnWriteArrayList<>();

	private final List<Event> delivered = new CopyOnWriteArrayList<>();

	private final List<GapCause> missed = new CopyOnWriteArrayList<>();

	private final Consumer<Event> consumer;

	private volatile List<Event> latest;

	private volatile boolean ended;

	private volatile GapCause endCause;

	private volatile int room = 100;

	public RecordingReceiver() {
		this((event) -> {
		});
	}

	/**
	 * Makes a receiver.
	 * @param consumer given each event after it was recorded; may throw
	 */
	RecordingReceiver(Consumer<Event> consumer) {
		this.consumer = consumer;
	}

	public List<Event> latest() {
		return this.latest;
	}

	public List<Event> delivered() {
		return new ArrayList<>(this.delivered);
	}

	List<Object> data() {
		return this.delivered.stream().map(Event::data).toList();
	}

	List<GapCause> missed() {
		return new ArrayList<>(this.missed);
	}

	/** Whether it was told that nothing follows. */
	boolean hasEnded() {
		return this.ended;
	}

	/** What is missing at the end. */
	GapCause endCause() {
		return this.endCause;
	}

	public List<String> violations() {
		return this.violations;
	}

	/** Sets how many events are taken from now on. */
	void room(int room) {
		this.room = room;
	}

	@Override
	public void preload(List<Event> events) {
		alone("preload", () -> {
			if (this.latest != null) {
				this.violations.add("preload was called twice");
			}
			this.latest = List.copyOf(events);
		});
	}

	@Override
	public int room() {
		return this.room;
	}

	@Override
	public void deliver(Event event) {
		alone("deliver", () -> {
			if (this.latest == null) {
				this.violations.add("deliver was called before preload");
			}
			if (this.ended) {
				this.violations.add("deliver was called after complete");
			}
			if (this.room <= 0) {
				this.violations.add("deliver was called without room");
			}
			if (event.id() == null) {
				this.violations.add("deliver was called without an id");
			}
			this.room--;
			this.delivered.add(event);
			this.consumer.accept(event);
		});
	}

	@Override
	public void missed(GapCause cause) {
		alone("missed", () -> this.missed.add(cause));
	}

	@Override
	public void complete(GapCause cause) {
		alone("complete", () -> {
			if (this.ended) {
				this.violations.add("complete was called twice");
			}
			this.endCause = cause;
			this.ended = true;
		});
	}

	@Override
	public boolean has(String id) {
		return Stream.concat(this.latest.stream(), this.delivered.stream()).anyMatch((event) -> id.equals(event.id()));
	}

	private void alone(String method, Runnable action) {
		if (!this.busy.compareAndSet(false, true)) {
			this.violations.add(method + " was called by two threads at once");
		}
		try {
			action.run();
		}
		finally {
			this.busy.set(false);
		}
	}

}
