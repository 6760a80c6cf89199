package io.eventsource.engine.delivery;

import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;

/**
 * Looks for the position from which on a client gets so many of the latest events that it
 * may see: backwards, and for as long as there is time in each pass. Belongs to the
 * worker of the client.
 */
final class ReplaySearch {

	private final EventLog log;

	private final ClientFilter filter;

	private long position;

	private int wanted;

	ReplaySearch(EventLog log, ClientFilter filter, long tail, int wanted) {
		this.log = log;
		this.filter = filter;
		this.position = tail;
		this.wanted = wanted;
	}

	/**
	 * The position that was reached.
	 */
	long position() {
		return this.position;
	}

	/**
	 * Goes on with the search.
	 * @return whether it is over, because enough was found or there is nothing older
	 */
	boolean search(FilterBudget budget) {
		while (this.wanted > 0) {
			Frame frame = this.log.frame(this.position - 1);
			if (frame == null) {
				return true;
			}
			if (this.filter.shows(frame)) {
				this.wanted--;
			}
			this.position--;
			if (this.wanted > 0 && !budget.spend()) {
				return false;
			}
		}
		return true;
	}

}
