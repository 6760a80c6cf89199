package io.eventsource;

/**
 * A connection as it was at one moment.
 *
 * @param client the client
 * @param lag how many events of the stream it had yet to be sent
 * @param bytes how many bytes it had been sent
 * @param blocked whether its connection was full
 */
public record ClientSnapshot(EventClient client, long lag, long bytes, boolean blocked) {

}
