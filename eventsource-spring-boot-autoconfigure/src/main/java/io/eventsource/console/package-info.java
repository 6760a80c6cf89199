/**
 * The console: a page for developers and operators that shows the streams, their clients
 * and their events.
 */
@NullMarked
package io.eventsource.console;

import org.jspecify.annotations.NullMarked;
