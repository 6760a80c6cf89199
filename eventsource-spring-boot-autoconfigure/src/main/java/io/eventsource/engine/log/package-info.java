/**
 * Events encoded once, and the ring of the newest of them.
 */
@NullMarked
package io.eventsource.engine.log;

import org.jspecify.annotations.NullMarked;
