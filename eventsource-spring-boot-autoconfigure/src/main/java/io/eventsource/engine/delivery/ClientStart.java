package io.eventsource.engine.delivery;

import io.eventsource.EventClient;
import io.eventsource.engine.log.LogId;
import org.jspecify.annotations.Nullable;

/**
 * What is found out about one client before it gets something of the log: whether a
 * history knows what it would miss, and which of the latest events it may see. Belongs to
 * the worker of the client.
 */
final class ClientStart {

	private final Delivery delivery;

	private final Recipient recipient;

	/** What the client may see; {@code null} for everything. */
	private final @Nullable ClientFilter filter;

	private final FilterBudget budget;

	private final LogReader place;

	private final ClientHistory history;

	/** What looks for the first of the latest events that it may see, until found. */
	private @Nullable ReplaySearch search;

	ClientStart(Delivery delivery, Recipient recipient, @Nullable ClientFilter filter, FilterBudget budget,
			LogReader place, ClientHistory history) {
		this.delivery = delivery;
		this.recipient = recipient;
		this.filter = filter;
		this.budget = budget;
		this.place = place;
		this.history = history;
	}

	/**
	 * Asks for the history, or prepares the search. Called once.
	 */
	void prepare() {
		Beginning beginning = this.place.beginning();
		if (beginning == null) {
			return;
		}
		if (beginning.hasGap()) {
			this.history.prepare(beginning.resolve(this.place.position()));
		}
		else if (this.filter != null && this.place.position() < beginning.live() && !this.delivery.log().hasEnded()
				&& isNew()) {
			this.search = new ReplaySearch(this.delivery.log(), this.filter, beginning.live(),
					this.delivery.settings().replay().initial());
		}
	}

	private boolean isNew() {
		EventClient client = this.recipient.client();
		return client.lastEventId() == null || LogId.isOpening(client.lastEventId());
	}

	/**
	 * Whether nothing of the log was taken for the client yet.
	 */
	boolean isPending() {
		return this.place.beginning() != null;
	}

	/**
	 * Whether there is something to be found out, or to be told to the client, also if
	 * the log has no event for it.
	 */
	boolean hasWork() {
		Beginning beginning = this.place.beginning();
		return this.search != null || (beginning != null && beginning.hasGap());
	}

	/**
	 * Whether it is still looked for the latest events that the client may see.
	 */
	boolean isSearching() {
		return this.search != null;
	}

	/**
	 * Begins in the log, or with the history of what has left it meanwhile.
	 */
	void begin() {
		Beginning beginning = this.place.beginning();
		if (beginning == null) {
			return;
		}
		ReplaySearch current = this.search;
		if (current != null) {
			if (!isFound(current)) {
				return;
			}
			beginning = beginning.from(Math.min(beginning.position(), current.position()));
			this.place.beginAt(beginning);
			this.search = null;
		}
		this.place.begin(beginning, this.history);
	}

	/** Filters belong to the application, and are asked about this client. */
	private boolean isFound(ReplaySearch search) {
		return this.delivery.visibility().hasFilters()
				? Boolean.TRUE.equals(this.recipient.inContext(() -> search.search(this.budget)))
				: search.search(this.budget);
	}

}
