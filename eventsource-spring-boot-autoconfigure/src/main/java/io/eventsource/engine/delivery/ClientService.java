package io.eventsource.engine.delivery;

import java.util.List;

import io.eventsource.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * Serves the clients of one group, and removes those whose connections end. Belongs to
 * their worker.
 */
final class ClientService {

	private final ClientList clients;

	/** For how long filters may be asked in a pass. */
	private final FilterBudget budget;

	private final DeliveryListener listener;

	ClientService(ClientList clients, FilterBudget budget, DeliveryListener listener) {
		this.clients = clients;
		this.budget = budget;
		this.listener = listener;
	}

	/**
	 * Serves all clients once. If there is no time left for filters, the next pass begins
	 * with those for whom there was none.
	 */
	boolean serveAll(long now, @Nullable CloseReason reason) {
		List<ClientCursor> cursors = this.clients.cursors();
		boolean more = false;
		int served = -1;
		for (int i = 0; i < cursors.size();) {
			ClientCursor cursor = cursors.get(i);
			if (reason != null) {
				cursor.close(reason);
			}
			more |= cursor.drain(now);
			if (served < 0 && this.budget.wasSpent()) {
				served = i;
			}
			if (cursor.closing() != null) {
				remove(i);
			}
			else {
				i++;
			}
		}
		if (served >= 0) {
			this.clients.rotate(served);
		}
		return more;
	}

	private void remove(int index) {
		this.clients.remove(index).complete();
		countOff();
	}

	/**
	 * Tells the listener of the connection that was taken out, if it has not been told.
	 */
	void countOff() {
		ClientCursor cursor = this.clients.takeRemoved();
		CloseReason reason = (cursor != null) ? cursor.closing() : null;
		if (cursor != null && reason != null) {
			this.listener.closed(cursor.client(), reason);
		}
	}

}
