package io.eventsource.recipes;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

import io.eventsource.Event;
import io.eventsource.web.EventSourceEndpoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The progress of a long job.
 */
@RestController
class ImportController {

	private final Map<String, Sinks.Many<Event>> imports = new ConcurrentHashMap<>();

	private final Importer importer;

	private final Executor executor;

	private final EventSourceEndpoint endpoint;

	ImportController(Importer importer, @Qualifier("applicationTaskExecutor") Executor executor,
			EventSourceEndpoint endpoint) {
		this.importer = importer;
		this.executor = executor;
		this.endpoint = endpoint;
	}

	@PostMapping("/imports")
	ResponseEntity<Void> start() {
		String id = UUID.randomUUID().toString();
		Sinks.Many<Event> progress = Sinks.many().replay().latest();
		this.imports.put(id, progress);
		this.executor.execute(() -> run(progress));
		progress.asFlux().then(Mono.delay(Duration.ofHours(1))).subscribe((n) -> this.imports.remove(id));
		return ResponseEntity.accepted().location(URI.create("/imports/" + id)).build();
	}

	private void run(Sinks.Many<Event> progress) {
		try {
			this.importer.run((percent) -> progress.tryEmitNext(Event.of("progress", percent)));
			progress.tryEmitNext(Event.of("done", ""));
		}
		catch (Exception ex) {
			progress.tryEmitNext(Event.of("failed", "The import has failed"));
		}
		progress.tryEmitComplete();
	}

	@GetMapping("/imports/{id}")
	@Nullable SseEmitter progress(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		Sinks.Many<Event> progress = this.imports.get(id);
		if (progress == null) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND);
		}
		Flux<Event> events = progress.asFlux().onBackpressureLatest();
		return this.endpoint.open(events, EventSourceEndpoint.lastEventId(request), request, response);
	}

	interface Importer {

		void run(IntConsumer percent) throws Exception;

	}

}
