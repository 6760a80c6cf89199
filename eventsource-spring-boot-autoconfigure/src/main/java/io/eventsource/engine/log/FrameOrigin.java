package io.eventsource.engine.log;

/**
 * Where an event comes from that was taken from another log.
 *
 * @param topic the topic of that log
 * @param number the number that the event has there, and in the family of both
 */
public record FrameOrigin(String topic, long number) {

}
