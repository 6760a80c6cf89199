/**
 * Auto-configuration for event streams.
 */
@NullMarked
package io.eventsource.autoconfigure;

import org.jspecify.annotations.NullMarked;
