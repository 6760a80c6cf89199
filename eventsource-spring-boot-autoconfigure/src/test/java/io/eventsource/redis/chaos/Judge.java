package io.eventsource.redis.chaos;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

import io.eventsource.redis.chaos.WanderingClient.Item;
import io.eventsource.redis.chaos.WanderingClient.Record;

/**
 * Compares what the clients of a subject have got in a round with what was published. On
 * one machine, ids grow also where a stream has begun anew.
 */
final class Judge {

	private final Fault.Effect effect;

	private final Set<String> causes;

	/** What is to arrive. */
	private final Set<Numbered> expected;

	/** The positions of events, as far as anybody knows them. */
	private final Map<Numbered, Long> positions;

	private final Tally tally;

	/**
	 * Makes a judge.
	 * @param effect what may be missing
	 * @param causes what clients may be told although nothing is missing
	 * @param confirmed what was confirmed to publishers
	 * @param kept what Redis has at the end
	 * @param records what the clients have got
	 */
	Judge(Fault.Effect effect, Set<String> causes, Set<Numbered> confirmed, Map<Numbered, Long> kept,
			List<Record> records, Tally tally) {
		this.effect = effect;
		this.causes = causes;
		this.tally = tally;
		this.positions = new HashMap<>(kept);
		records.forEach((record) -> record.items()
			.stream()
			.filter((item) -> !item.isGap())
			.forEach((item) -> this.positions.put(item.number(), item.position())));
		this.expected = new HashSet<>(this.positions.keySet());
		this.expected.addAll(confirmed);
		if (effect == Fault.Effect.FORGETTING) {
			this.expected.retainAll(kept.keySet());
			tally.forgotten += (int) confirmed.stream().filter((number) -> !kept.containsKey(number)).count();
		}
	}

	/**
	 * Judges what one client has got.
	 * @param client what else it has got, in earlier rounds
	 */
	void judge(Record record, WanderingClient client) {
		List<Item> items = record.items();
		judgeOrder(record, items);
		Set<Integer> justified = new HashSet<>();
		for (Numbered number : this.expected) {
			Long position = this.positions.get(number);
			if ((position == null || position > record.base()) && !client.has(number)) {
				judgeMissing(record, number, position, justified);
			}
		}
		for (int i = 0; i < items.size(); i++) {
			if (items.get(i).isGap()) {
				judgeGap(record, i, justified.contains(i));
			}
		}
	}

	private void judgeOrder(Record record, List<Item> items) {
		long last = record.base();
		for (Item item : items) {
			if (item.isGap()) {
				continue;
			}
			if (Item.REPEATED.equals(item.note())) {
				this.tally.repeated++;
				this.tally.tell(record.name() + ": repeated " + item + around(items, items.indexOf(item)));
			}
			else if (item.position() <= last) {
				this.tally.disordered++;
				this.tally.tell(record.name() + ": out of order " + item + around(items, items.indexOf(item)));
			}
			if (this.effect != Fault.Effect.FORGETTING || this.expected.contains(item.number())) {
				last = Math.max(last, item.position());
			}
		}
	}

	private void judgeMissing(Record record, Numbered number, Long position, Set<Integer> justified) {
		int gap = (position != null) ? gap(record.items(), this::place, position)
				: gap(record.items(),
						(item) -> (item.number().publisher() == number.publisher()) ? item.number().number() : -1,
						number.number());
		if (gap >= 0) {
			justified.add(gap);
		}
		if (gap < 0) {
			this.tally.lost++;
		}
		else if (!isToBeTold(record.items().get(gap))) {
			this.tally.withheld++;
		}
		else {
			return;
		}
		this.tally.tell(record.name() + ": " + ((gap < 0) ? "lost " : "withheld ") + number + " at " + position
				+ around(record.items(), insertion(record.items(), position)));
	}

	/** A client that has what Redis has forgotten has no place there, and is told so. */
	private boolean isToBeTold(Item gap) {
		return this.effect == Fault.Effect.LOSS
				|| (this.effect == Fault.Effect.FORGETTING && this.causes.contains(gap.note()));
	}

	/**
	 * Where an event is; negative if it is not there any more, since other nodes may have
	 * taken events meanwhile.
	 */
	private long place(Item item) {
		boolean forgotten = this.effect == Fault.Effect.FORGETTING && !this.expected.contains(item.number());
		return forgotten ? -1 : item.position();
	}

	/**
	 * Returns a gap event between the events before and behind a missing one.
	 * @param order the order; negative for events that do not tell
	 * @return the index, negative if there is none
	 */
	private static int gap(List<Item> items, ToLongFunction<Item> order, long missing) {
		int gap = -1;
		for (int i = 0; i < items.size(); i++) {
			Item item = items.get(i);
			if (item.isGap()) {
				gap = i;
				continue;
			}
			long value = order.applyAsLong(item);
			if (value >= 0 && value > missing) {
				return gap;
			}
			if (value >= 0) {
				gap = -1;
			}
		}
		return gap;
	}

	private static int insertion(List<Item> items, Long position) {
		int index = 0;
		while (position != null && index < items.size()
				&& (items.get(index).isGap() || items.get(index).position() < position)) {
			index++;
		}
		return index;
	}

	private void judgeGap(Record record, int index, boolean justified) {
		String cause = record.items().get(index).note();
		if (justified || this.causes.contains(cause)) {
			this.tally.gaps++;
			return;
		}
		// Told again to a client that was cut off behind the first
		boolean again = index > 0 && record.items().get(index - 1).isGap();
		boolean before = index + 1 < record.items().size() && record.items().get(index + 1).isGap();
		if (again || before) {
			this.tally.gaps++;
			return;
		}
		this.tally.falseGaps++;
		this.tally.tell(record.name() + ": false gap " + cause + around(record.items(), index));
	}

	private static String around(List<Item> items, int index) {
		return " among " + items.subList(Math.max(0, index - 3), Math.max(0, Math.min(items.size(), index + 4)));
	}

}
