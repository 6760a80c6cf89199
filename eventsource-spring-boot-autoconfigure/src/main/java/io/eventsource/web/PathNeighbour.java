package io.eventsource.web;

/**
 * A handler of the application that is mapped to exactly the path of a stream.
 *
 * @param description a description of the handler
 * @param exclusive whether it also answers requests for events, either with events of its
 * own or because it comes first
 */
record PathNeighbour(String description, boolean exclusive) {

}
