package io.eventsource;

/**
 * An event whose block is written, but for the id that the log may have to give it.
 *
 * @param event the event
 * @param body the block, up to and with its empty line
 */
record EncodedEvent(Event event, byte[] body) {

	/**
	 * Whether clients are to remember the place of this event. A block without data is
	 * dispatched to nobody and needs no id.
	 */
	boolean needsId() {
		return this.event.id() == null && this.event.data() != null;
	}

}
