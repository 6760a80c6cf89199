/**
 * From the log to connections: groups of clients, cursors, filters and histories.
 */
@NullMarked
package io.eventsource.engine.delivery;

import org.jspecify.annotations.NullMarked;
