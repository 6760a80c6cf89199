package io.eventsource.autoconfigure;

import io.micrometer.observation.ObservationHandler;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Auto-configuration of the observation of streams. It also applies to contexts that
 * serve none, since their children may use the registry of this context.
 */
@AutoConfiguration
@ConditionalOnClass({ ObservationHandler.class, ServerRequestObservationContext.class, HttpServletRequest.class,
		SseEmitter.class })
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
@Import(StreamObservationPostProcessor.class)
public final class EventSourceObservationAutoConfiguration {

}
