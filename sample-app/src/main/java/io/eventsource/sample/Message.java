package io.eventsource.sample;

import java.time.Instant;

/**
 * A message that somebody typed.
 *
 * @param text the text, as it was typed: the page must not take it for HTML
 * @param time the time at which it came in
 */
record Message(String text, Instant time) {

}
