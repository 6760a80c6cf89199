/**
 * Event streams over Spring MVC. {@link io.eventsource.web.SseEmitterSink} alone touches
 * the servlet response.
 */
@NullMarked
package io.eventsource.web;

import org.jspecify.annotations.NullMarked;
