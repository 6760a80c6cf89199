package io.eventsource.recipes;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * A stream of another server, read like a browser reads it: again and again, each time
 * after the last event, until the server answers that the stream has ended.
 */
class RemoteStream {

	private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT = new ParameterizedTypeReference<>() {
	};

	private final WebClient client;

	private final Duration pause;

	private volatile @Nullable String lastEventId;

	private volatile boolean over;

	RemoteStream(WebClient client, Duration pause) {
		this.client = client;
		this.pause = pause;
	}

	Flux<ServerSentEvent<String>> events() {
		return Flux.defer(this::connect)
			.timeout(Duration.ofSeconds(45))
			.doOnNext(this::remember)
			.repeatWhen((ends) -> ends.takeWhile((n) -> !this.over).delayElements(this.pause))
			.filter((event) -> event.data() != null);
	}

	private Flux<ServerSentEvent<String>> connect() {
		return this.client.get()
			.accept(MediaType.TEXT_EVENT_STREAM)
			.headers(this::resume)
			.retrieve()
			.toEntityFlux(EVENT)
			.flatMapMany(this::body);
	}

	private void resume(HttpHeaders headers) {
		String id = this.lastEventId;
		if (id != null) {
			headers.set("Last-Event-ID", id);
		}
	}

	private Flux<ServerSentEvent<String>> body(ResponseEntity<Flux<ServerSentEvent<String>>> response) {
		this.over = response.getStatusCode().isSameCodeAs(HttpStatus.NO_CONTENT);
		Flux<ServerSentEvent<String>> body = response.getBody();
		return (body != null) ? body : Flux.empty();
	}

	private void remember(ServerSentEvent<String> event) {
		if (event.id() != null) {
			this.lastEventId = event.id();
		}
	}

}
