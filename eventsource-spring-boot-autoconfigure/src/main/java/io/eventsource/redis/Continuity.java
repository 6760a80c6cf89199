package io.eventsource.redis;

import java.util.List;

import io.eventsource.EventStore.Receiver;
import io.eventsource.GapCause;
import io.lettuce.core.StreamMessage;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether entries that were read follow those that were read before, and finds out
 * what has happened to the stream if they do not. To be used by one thread at a time.
 */
final class Continuity {

	/** How many of the latest entries are compared with those that were handed over. */
	private static final int COMPARED = 512;

	private final RedisStream stream;

	private final Receiver receiver;

	/** The stream without an entry of up to the position; {@code null} if it has one. */
	private @Nullable StreamFacts emptied;

	/** The position at which clients were told last that events were trimmed. */
	private @Nullable EntryId told;

	Continuity(RedisStream stream, Receiver receiver) {
		this.stream = stream;
		this.receiver = receiver;
	}

	/**
	 * Checks entries that were read from a position on, that one included.
	 * @param at the position
	 * @param entries the entries
	 * @param full whether as many arrived as were asked for
	 * @return where to go on, and what clients are to be told
	 */
	Step check(EntryId at, List<StreamMessage<byte[], byte[]>> entries, boolean full) {
		if (at.equals(EntryId.ZERO)) {
			// With fewer entries Redis had no reason to trim any
			return new Step(at, (full && !this.stream.facts().isComplete()) ? GapCause.EVICTED : null);
		}
		// Redis trims the oldest entries first
		if (!entries.isEmpty() && EntryId.of(entries.get(0).getId()).compareTo(at) <= 0) {
			return new Step(at, null);
		}
		return search(at, this.stream.facts());
	}

	private Step search(EntryId at, StreamFacts facts) {
		int order = facts.last().compareTo(at);
		if (order < 0) {
			return goBack(facts);
		}
		StreamFacts before = this.emptied;
		this.emptied = (order == 0) ? facts : null;
		if (order == 0 || isWhole(before, facts)) {
			return new Step(at, null);
		}
		List<StreamMessage<byte[], byte[]>> older = this.stream.before(at, COMPARED);
		if (!older.isEmpty()) {
			// Redis trims the oldest entries first
			return new Step(taken(older, at), null);
		}
		if (facts.isComplete()) {
			return new Step(EntryId.ZERO, GapCause.RESTARTED);
		}
		// Once, even if nothing could be handed over since
		boolean news = !at.equals(this.told);
		this.told = at;
		return new Step(at, news ? GapCause.EVICTED : null);
	}

	/**
	 * Returns the newest of the entries that was handed over. The others have been added
	 * by a node that has taken over and did not have the entry of the position.
	 */
	private EntryId taken(List<StreamMessage<byte[], byte[]>> older, EntryId at) {
		return older.stream()
			.filter((entry) -> this.receiver.has(entry.getId()))
			.findFirst()
			.map((entry) -> EntryId.of(entry.getId()))
			.orElse(at);
	}

	/** Whether the stream has all entries that were added since it had none. */
	private static boolean isWhole(@Nullable StreamFacts before, StreamFacts now) {
		return before != null && now.added() - before.added() == now.length();
	}

	/**
	 * Goes back in a stream whose latest entry is older than those that were read. If it
	 * is the same one without some of them, as after a failover, the next ones follow
	 * what it still has. Otherwise it has begun after the position was reached, and ids
	 * may be lower than before.
	 */
	private Step goBack(StreamFacts facts) {
		for (StreamMessage<byte[], byte[]> entry : this.stream.before(null, COMPARED)) {
			if (this.receiver.has(entry.getId())) {
				return new Step(EntryId.of(entry.getId()), null);
			}
		}
		if (!facts.last().equals(EntryId.ZERO) && this.receiver.has(facts.last().toString())) {
			return new Step(facts.last(), null);
		}
		// A stream that has lost entries before is none that has begun anew
		return new Step(facts.isComplete() ? EntryId.ZERO : facts.last(), GapCause.RESTARTED);
	}

	/**
	 * What follows from a check.
	 *
	 * @param position the position from which to go on
	 * @param cause why clients miss events, or {@code null} if they do not
	 */
	record Step(EntryId position, @Nullable GapCause cause) {

	}

}
