/**
 * Event streams over Spring MVC. {@link io.eventsource.web.StreamRequestHandler} answers
 * requests, {@link io.eventsource.web.StreamExchange} follows one through Spring MVC, and
 * {@link io.eventsource.web.SseEmitterSink} is where the engine writes.
 */
@NullMarked
package io.eventsource.web;

import org.jspecify.annotations.NullMarked;
