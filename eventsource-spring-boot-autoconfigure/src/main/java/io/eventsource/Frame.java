package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * One event as it goes over the wire to every client, with its place in the log.
 *
 * @param sequence the place in the log
 * @param id the id that the publisher gave the event; {@code null} where the stream did
 * @param end how many bytes the log had taken in all, with this frame
 * @param bytes the block, up to and with its empty line; never changed
 */
record Frame(long sequence, @Nullable String id, long end, byte[] bytes) {

}
