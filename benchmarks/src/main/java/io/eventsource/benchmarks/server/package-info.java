/**
 * The servers that are compared. Each serves one stream at {@code /events} and is told
 * what to publish by its standard input.
 */
@NullMarked
package io.eventsource.benchmarks.server;

import org.jspecify.annotations.NullMarked;
