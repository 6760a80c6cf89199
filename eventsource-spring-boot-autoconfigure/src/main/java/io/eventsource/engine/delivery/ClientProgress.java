package io.eventsource.engine.delivery;

/**
 * How far the clients of one group are. Belongs to their worker.
 */
final class ClientProgress {

	private final ClientList clients;

	private final Contention.Share contention;

	private final Floor floor;

	ClientProgress(ClientList clients, WorkerShare share) {
		this.clients = clients;
		this.contention = share.contention();
		this.floor = share.floor();
	}

	/**
	 * Counts the time that has passed while all clients had everything.
	 */
	void settle(long now) {
		this.contention.advance(now);
		for (ClientCursor cursor : this.clients.cursors()) {
			cursor.pace().settle();
		}
	}

	/**
	 * Looks at all clients, and says what the publisher has to wait for.
	 */
	void update(long now) {
		long demanded = Long.MAX_VALUE;
		long slowest = Long.MAX_VALUE;
		int readers = 0;
		int complete = 0;
		this.contention.advance(now);
		for (ClientCursor cursor : this.clients.cursors()) {
			ClientPace pace = cursor.pace();
			pace.settle();
			if (cursor.closing() == null) {
				if (pace.isReading()) {
					readers++;
					complete += pace.hasEverything() ? 1 : 0;
				}
				demanded = Math.min(demanded, pace.demandPosition());
			}
			slowest = Math.min(slowest, cursor.position());
		}
		this.contention.report(readers, complete);
		this.floor.slowest(slowest);
		synchronized (this.floor) {
			this.floor.demand(Math.min(demanded, this.clients.demandOfArrivals()));
		}
	}

}
