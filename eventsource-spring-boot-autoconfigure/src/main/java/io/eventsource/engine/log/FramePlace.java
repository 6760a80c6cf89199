package io.eventsource.engine.log;

/**
 * The place of an event in a log.
 *
 * @param sequence the position in the log
 * @param epoch the run of the log, or of its family
 * @param number the number in the run, which is a part of the id
 * @param suffix what follows the number in the id
 */
public record FramePlace(long sequence, String epoch, long number, String suffix) {

	/**
	 * The id that the event has by its place.
	 */
	public String id() {
		return LogId.ofEvent(this.epoch, this.number) + this.suffix;
	}

}
