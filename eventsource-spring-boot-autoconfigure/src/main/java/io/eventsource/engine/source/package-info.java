/**
 * From a publisher into the log: subscription, demand and restart.
 */
@NullMarked
package io.eventsource.engine.source;

import org.jspecify.annotations.NullMarked;
