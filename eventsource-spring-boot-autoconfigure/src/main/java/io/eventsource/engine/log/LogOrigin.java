package io.eventsource.engine.log;

/**
 * Where a log comes from that does not stand alone.
 *
 * @param family what it shares with other logs
 * @param lost the highest number of an event of the same stream that an earlier log had;
 * zero if there was none
 * @param suffix what follows the number in the ids of its events
 * @param merged whether its events are those of other logs of the family, and have their
 * numbers already
 */
public record LogOrigin(LogFamily family, long lost, String suffix, boolean merged) {

	/**
	 * Describes a log with events of its own.
	 */
	public LogOrigin(LogFamily family, long lost) {
		this(family, lost, "", false);
	}

	/**
	 * Describes a log with the events of other logs.
	 */
	public static LogOrigin merged(LogFamily family) {
		return new LogOrigin(family, 0, "", true);
	}

}
