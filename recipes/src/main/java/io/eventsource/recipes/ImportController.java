package io.eventsource.recipes;

import java.net.URI;
import java.util.UUID;
import java.util.function.IntConsumer;

import io.eventsource.Event;
import io.eventsource.EventTopics;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The progress of a long job.
 */
@RestController
class ImportController {

	private final Importer importer;

	private final EventTopics imports;

	ImportController(Importer importer, @Qualifier("imports") EventTopics imports) {
		this.importer = importer;
		this.imports = imports;
	}

	@PostMapping("/imports")
	ResponseEntity<Void> start() {
		String id = UUID.randomUUID().toString();
		this.imports.start(id, this::progress);
		return ResponseEntity.accepted().location(URI.create("/events/imports/" + id)).build();
	}

	private Flux<Event> progress() {
		return Flux.create(this::run)
			.subscribeOn(Schedulers.boundedElastic(), false)
			.map((percent) -> Event.of("progress", percent))
			.concatWithValues(Event.of("done", ""));
	}

	private void run(FluxSink<Object> percent) {
		try {
			this.importer.run(percent::next);
			percent.complete();
		}
		catch (Exception ex) {
			percent.error(ex);
		}
	}

	@DeleteMapping("/imports/{id}")
	void cancel(@PathVariable String id) {
		this.imports.complete(id);
	}

	interface Importer {

		void run(IntConsumer percent) throws Exception;

	}

}
