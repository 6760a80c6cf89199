package io.eventsource.recipes

import io.eventsource.Event
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.asSharedFlow
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration

@Configuration(proxyBeanMethods = false)
class KotlinScores {

  private val scores = MutableSharedFlow<Event>(extraBufferCapacity = 64)

  @Bean
  fun scores(): Flow<Event> = scores.asSharedFlow()

  fun publish(score: String) = scores.tryEmit(Event.of("score", score)) // or emit, which suspends

  fun isObserved() = scores.subscriptionCount.value > 0

}
