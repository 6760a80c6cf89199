package io.eventsource;

/**
 * Whether the contract of an {@link EventStore} can be kept by a store other than Redis.
 */
class MemoryEventStoreTests extends AbstractEventStoreTests {

	private final MemoryEvents events = new MemoryEvents(KEPT);

	@Override
	protected EventStore instance() {
		return new MemoryEventStore(this.events);
	}

	@Override
	protected void goAway() {
		this.events.setAvailable(false);
	}

	@Override
	protected void comeBack() {
		this.events.setAvailable(true);
	}

	@Override
	protected void lose() {
		this.events.lose();
	}

}
