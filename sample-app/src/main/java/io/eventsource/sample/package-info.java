/**
 * A sample application: beans that publish events, a controller that pushes into one of
 * them, and a controller that answers with a stream of its own. The page that shows them
 * all is {@code static/index.html}.
 */
@NullMarked
package io.eventsource.sample;

import org.jspecify.annotations.NullMarked;
