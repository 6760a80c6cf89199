package io.eventsource.redis.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * What was counted in rounds.
 */
final class Tally {

	int rounds;

	int confirmed;

	int cuts;

	/** Events that did not arrive, which nobody was told. */
	int lost;

	/** Events that did not arrive, though Redis has or had them; clients were told. */
	int withheld;

	int repeated;

	int disordered;

	/** Gap events where nothing is missing. */
	int falseGaps;

	/** Clients that did not get what was published at the end. */
	int hanging;

	/**
	 * Calls that have thrown what they should not, and events that nobody has published.
	 */
	int errors;

	/** Events that Redis has lost, which the table excepts. */
	int forgotten;

	/** The longest time, in milliseconds, after which all was well again. */
	long slowest;

	/** Gap events that were right. */
	int gaps;

	final List<String> details = new ArrayList<>();

	void add(Tally other) {
		this.rounds += other.rounds;
		this.confirmed += other.confirmed;
		this.cuts += other.cuts;
		this.lost += other.lost;
		this.withheld += other.withheld;
		this.repeated += other.repeated;
		this.disordered += other.disordered;
		this.falseGaps += other.falseGaps;
		this.hanging += other.hanging;
		this.errors += other.errors;
		this.forgotten += other.forgotten;
		this.slowest = Math.max(this.slowest, other.slowest);
		this.gaps += other.gaps;
		this.details.addAll(other.details);
	}

	boolean isClean() {
		return this.lost + this.withheld + this.repeated + this.disordered + this.falseGaps + this.hanging
				+ this.errors == 0;
	}

	void tell(String detail) {
		if (this.details.size() < 12) {
			this.details.add(detail.replace("Numbered", ""));
		}
	}

	@Override
	public String toString() {
		return "rounds=%d confirmed=%d cuts=%d lost=%d withheld=%d repeated=%d disordered=%d falseGaps=%d hanging=%d errors=%d slowest=%dms (gaps=%d forgotten=%d)"
			.formatted(this.rounds, this.confirmed, this.cuts, this.lost, this.withheld, this.repeated, this.disordered,
					this.falseGaps, this.hanging, this.errors, this.slowest, this.gaps, this.forgotten);
	}

}
