package io.eventsource.engine;

import java.util.function.Predicate;

import io.eventsource.EventClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which connections were ended, for as long as it matters: a client that is
 * being admitted is in no stream yet, so once it is registered it looks here for
 * revocations since it came. Whoever ends connections records it here before looking into
 * the streams, so that one of the two sees the other. Thread-safe.
 * <p>
 * This is a linked list, and each new client holds a reference to its end. Entries that
 * all clients have passed are garbage, so nothing has to be removed.
 */
final class Revocations {

	private static final Log logger = LogFactory.getLog(Revocations.class);

	/** Always empty: the next revocation goes here. */
	private Entry last = new Entry();

	/**
	 * Ends the connections of the clients that are being admitted and meet a condition.
	 */
	synchronized void add(Predicate<EventClient> condition) {
		Entry entry = this.last;
		Entry next = new Entry();
		entry.condition = condition;
		entry.next = next;
		this.last = next;
	}

	/**
	 * Marks the moment from which revocations apply to a client that is being admitted.
	 */
	synchronized Mark mark() {
		return new Mark(this.last);
	}

	/**
	 * A moment before a client was examined.
	 *
	 * @param first the first revocation after it
	 */
	record Mark(Entry first) {

		/**
		 * Whether a client has been revoked since. If a condition fails, nobody knows, so
		 * the client counts as revoked: it may come back, and is examined again.
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
				logger.warn("The condition for disconnecting clients failed for " + client
						+ ", which is therefore not admitted", ex);
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
