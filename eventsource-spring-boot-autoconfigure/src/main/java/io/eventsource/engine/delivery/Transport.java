package io.eventsource.engine.delivery;

/**
 * How one connection reaches its client. Belongs to the worker of the connection.
 *
 * @param call the calls of the sink
 * @param readiness whether the sink takes more
 * @param output what is written to the sink next
 */
record Transport(SinkCall call, Readiness readiness, Output output) {

}
