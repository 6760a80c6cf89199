/**
 * Loads servers of Server-Sent Events, each in a process of its own, and compares what
 * they need for it.
 */
@NullMarked
package io.eventsource.benchmarks;

import org.jspecify.annotations.NullMarked;
