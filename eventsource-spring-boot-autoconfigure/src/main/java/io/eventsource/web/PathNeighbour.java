package io.eventsource.web;

/**
 * A handler of the application's that is mapped to the very path of a stream.
 *
 * @param description says which one
 * @param yieldsEvents whether it answers with events itself
 */
record PathNeighbour(String description, boolean yieldsEvents) {

}
