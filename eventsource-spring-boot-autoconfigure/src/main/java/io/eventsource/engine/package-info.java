/**
 * Running streams: a {@link io.eventsource.engine.EventStream} reads a publisher and
 * serves its clients. Internal, except what other packages of this project use.
 */
@NullMarked
package io.eventsource.engine;

import org.jspecify.annotations.NullMarked;
