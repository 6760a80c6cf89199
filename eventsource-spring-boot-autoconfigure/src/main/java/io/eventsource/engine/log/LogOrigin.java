package io.eventsource.engine.log;

/**
 * Where a log comes from that does not stand alone.
 *
 * @param family what it shares with other logs
 * @param lost the highest number of an event of the same stream that an earlier log had;
 * zero if there was none
 */
public record LogOrigin(LogFamily family, long lost) {

}
