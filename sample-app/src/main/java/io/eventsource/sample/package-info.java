/**
 * A sample application: beans that publish events, a controller that publishes to the
 * rooms of a chat, and one that starts answers which go on without their page. The page
 * that shows them all is {@code static/index.html}.
 */
@NullMarked
package io.eventsource.sample;

import org.jspecify.annotations.NullMarked;
