package io.eventsource.web;

/**
 * A handler of the application's that is mapped to the very path of a stream.
 *
 * @param description says which one
 * @param exclusive whether it answers also requests for events, with events of its own or
 * since it comes first
 */
record PathNeighbour(String description, boolean exclusive) {

}
