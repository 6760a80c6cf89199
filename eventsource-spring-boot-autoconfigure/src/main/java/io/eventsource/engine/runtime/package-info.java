/**
 * What all streams of an application share: the threads that serve clients, the calls of
 * application code that they make, and the supervision of both.
 */
@NullMarked
package io.eventsource.engine.runtime;

import org.jspecify.annotations.NullMarked;
