package io.eventsource;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A store in memory: one instance's view of events that several share.
 */
final class MemoryEventStore implements EventStore {

	private static final Duration MOMENT = Duration.ofMillis(20);

	private final MemoryEvents events;

	private final Consumer<Event> publisher;

	private volatile Tail tail;

	MemoryEventStore(MemoryEvents events) {
		this(events, events::add);
	}

	/**
	 * Makes a view.
	 * @param publisher adds an event
	 */
	MemoryEventStore(MemoryEvents events, Consumer<Event> publisher) {
		this.events = events;
		this.publisher = publisher;
	}

	@Override
	public void append(Event event) {
		try {
			this.publisher.accept(event);
		}
		catch (IllegalStateException ex) {
			throw new EventPublicationException(ex.getMessage(), ex);
		}
	}

	@Override
	public synchronized void tail(Receiver receiver, int count, long bytes) {
		Tail begun = new Tail(receiver, count, bytes);
		this.tail = begun;
		begun.step();
		Thread thread = new Thread(begun, "memory-event-store");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void stop() {
		this.tail = null;
	}

	@Override
	public List<Event> after(String id, int limit) {
		MemoryEvents.Place place = MemoryEvents.Place.of(id);
		return (place != null) ? this.events.after(place, limit) : null;
	}

	@Override
	public boolean isOwn(String id) {
		return MemoryEvents.isOwn(id);
	}

	@Override
	public boolean isConnected() {
		return this.events.isAvailable();
	}

	/**
	 * Hands events to one receiver.
	 */
	private final class Tail implements Runnable {

		private final Receiver receiver;

		private final int count;

		private final long bytes;

		/** What was handed over; {@code null} before the latest events were. */
		private MemoryEvents.Place place;

		private boolean ended;

		Tail(Receiver receiver, int count, long bytes) {
			this.receiver = receiver;
			this.count = count;
			this.bytes = bytes;
		}

		private boolean isCurrent() {
			return MemoryEventStore.this.tail == this;
		}

		@Override
		public void run() {
			try {
				while (isCurrent()) {
					MemoryEventStore.this.events.await(MOMENT);
					step();
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		private void step() {
			try {
				if (this.place == null) {
					begin();
				}
				else {
					read();
				}
				end();
			}
			catch (IllegalStateException ex) {
				// The events are not available, which the next step may find otherwise
			}
		}

		private void begin() {
			MemoryEvents events = MemoryEventStore.this.events;
			synchronized (events) {
				List<Event> latest = events.latest(this.count);
				int from = latest.size();
				for (long sum = 0; from > 0 && sum < this.bytes; from--) {
					sum += latest.get(from - 1).size();
				}
				this.receiver.preload(latest.subList(from, latest.size()));
				this.place = events.newest();
			}
		}

		private void end() {
			MemoryEvents events = MemoryEventStore.this.events;
			TopicStore.End end = events.end();
			if (end != null && !this.ended && isCurrent() && events.newest().equals(this.place)) {
				this.ended = true;
				this.receiver.complete(end.cause());
			}
		}

		private void read() {
			MemoryEvents events = MemoryEventStore.this.events;
			int room = this.receiver.room();
			if (room <= 0) {
				return;
			}
			List<Event> page = events.after(this.place, room);
			if (page == null) {
				MemoryEvents.Place beginning = events.beginning();
				this.receiver.missed((beginning.epoch() == this.place.epoch()) ? GapCause.EVICTED : GapCause.RESTARTED);
				this.place = beginning;
				return;
			}
			for (Event event : page) {
				if (!isCurrent() || this.receiver.room() <= 0) {
					return;
				}
				this.place = MemoryEvents.Place.of(event.id());
				deliver(event);
			}
		}

		private void deliver(Event event) {
			try {
				this.receiver.deliver(event);
			}
			catch (Throwable ex) {
				this.receiver.missed(GapCause.UNKNOWN);
			}
		}

	}

}
