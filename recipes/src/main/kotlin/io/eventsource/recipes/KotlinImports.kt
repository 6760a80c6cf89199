package io.eventsource.recipes

import io.eventsource.Event
import io.eventsource.EventTopics
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onCompletion
import kotlinx.coroutines.reactor.asFlux
import org.springframework.beans.factory.annotation.Qualifier
import org.springframework.http.ResponseEntity
import org.springframework.web.bind.annotation.DeleteMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.PostMapping
import org.springframework.web.bind.annotation.RestController
import java.net.URI
import java.util.UUID

@RestController
class KotlinImports(private val importer: Importer, @Qualifier("imports") private val imports: EventTopics) {

  @PostMapping("/imports")
  fun start(): ResponseEntity<Void> {
    val id = UUID.randomUUID().toString()
    imports.start(id) { progress().asFlux() }
    return ResponseEntity.accepted().location(URI("/events/imports/$id")).build()
  }

  private fun progress(): Flow<Event> = importer.run()
    .map { percent -> Event.of("progress", percent) }
    .onCompletion { failure -> if (failure == null) emit(Event.of("done", "")) }

  @DeleteMapping("/imports/{id}")
  fun cancel(@PathVariable id: String) = imports.complete(id)

  fun interface Importer {

    fun run(): Flow<Int>

  }

}
