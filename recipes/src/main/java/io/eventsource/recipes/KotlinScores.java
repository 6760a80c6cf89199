package io.eventsource.recipes;

import io.eventsource.Event;
import kotlinx.coroutines.channels.BufferOverflow;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;
import kotlinx.coroutines.flow.MutableSharedFlow;
import kotlinx.coroutines.flow.SharedFlowKt;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What {@code docs/recipes.md} says in Kotlin, as a Java compiler understands it.
 */
@Configuration(proxyBeanMethods = false)
class KotlinScores {

	private final MutableSharedFlow<Event> scores = SharedFlowKt.MutableSharedFlow(0, 64, BufferOverflow.SUSPEND);

	@Bean
	Flow<Event> scores() {
		return FlowKt.asSharedFlow(this.scores);
	}

	boolean publish(String score) {
		return this.scores.tryEmit(Event.of("score", score));
	}

	boolean isObserved() {
		return this.scores.getSubscriptionCount().getValue() > 0;
	}

}
