package io.eventsource.web;

import java.util.function.Predicate;

import io.eventsource.EventClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whose connections were ended, for as long as it matters: a client that is being let in
 * is found in no stream yet, so it looks here, once it has its place, for what was
 * revoked since it came. Whoever ends connections writes it down here before looking into
 * the streams, so that one of the two sees the other. Thread-safe.
 * <p>
 * A list to whose end each client that comes holds on. What all of them are past is
 * garbage, so nothing has to be cleared away.
 */
final class Revocations {

	private static final Log logger = LogFactory.getLog(Revocations.class);

	/** Always empty: the next revocation goes here. */
	private Entry last = new Entry();

	/**
	 * Ends the connections of the clients that are being let in and meet a condition.
	 */
	synchronized void add(Predicate<EventClient> condition) {
		Entry entry = this.last;
		Entry next = new Entry();
		entry.condition = condition;
		entry.next = next;
		this.last = next;
	}

	/**
	 * From here on, what is revoked counts for a client that is about to be let in.
	 */
	synchronized Mark mark() {
		return new Mark(this.last);
	}

	/**
	 * A moment before a client was looked at.
	 *
	 * @param first the first revocation after it
	 */
	record Mark(Entry first) {

		/**
		 * Whether a client was revoked since. Where a condition fails nobody knows, so it
		 * was: it may come back, and is looked at anew.
		 */
		boolean revokes(EventClient client) {
			for (Entry entry = this.first; entry.next != null; entry = entry.next) {
				if (entry.condition != null && isMet(entry.condition, client)) {
					return true;
				}
			}
			return false;
		}

		private static boolean isMet(Predicate<EventClient> condition, EventClient client) {
			try {
				return condition.test(client);
			}
			catch (Throwable ex) {
				logger.warn("The condition by which connections are ended failed for " + client
						+ ", which is not let in therefore", ex);
				return true;
			}
		}

	}

	/**
	 * One revocation.
	 */
	private static final class Entry {

		/** Written before {@link #next}. */
		private @Nullable Predicate<EventClient> condition;

		private volatile @Nullable Entry next;

	}

}
