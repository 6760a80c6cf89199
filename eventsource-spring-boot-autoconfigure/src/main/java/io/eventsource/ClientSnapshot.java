package io.eventsource;

/**
 * The state of a connection at one moment.
 *
 * @param client the client
 * @param lag the number of events that had yet to be sent to it
 * @param bytes the number of bytes that had been sent to it
 * @param blocked whether its connection took no more
 */
public record ClientSnapshot(EventClient client, long lag, long bytes, boolean blocked) {

}
