package io.eventsource.clients;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;

import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Spring's {@link WebClient}, which reads one response, so that coming back and the last
 * event id are up to its user.
 */
final class SpringWebClient implements Client {

	private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT = new ParameterizedTypeReference<>() {
	};

	private final WebClient client = WebClient.builder().clientConnector(new JdkClientHttpConnector()).build();

	private final Recorder seen = new Recorder();

	private final URI uri;

	private final Disposable subscription;

	private volatile String lastEventId = "";

	SpringWebClient(URI uri) {
		this.uri = uri;
		this.subscription = events().subscribe((event) -> this.seen
			.event(Objects.requireNonNullElse(event.event(), "message"), event.data(), this.lastEventId),
				(failure) -> this.seen.stopped());
	}

	private Flux<ServerSentEvent<String>> events() {
		return Flux.defer(this::response)
			.doOnNext((event) -> this.lastEventId = (event.id() != null) ? event.id() : this.lastEventId)
			.filter((event) -> event.data() != null)
			.repeatWhen((ends) -> ends.delayElements(Duration.ofMillis(50)))
			.retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(50))
				.filter((failure) -> !(failure instanceof Ended)));
	}

	private Flux<ServerSentEvent<String>> response() {
		return this.client.get().uri(this.uri).headers((headers) -> {
			if (!this.lastEventId.isEmpty()) {
				headers.set("Last-Event-ID", this.lastEventId);
			}
		}).exchangeToFlux(this::body);
	}

	private Flux<ServerSentEvent<String>> body(ClientResponse response) {
		if (response.statusCode() == HttpStatus.NO_CONTENT) {
			return Flux.error(new Ended());
		}
		this.seen.opened();
		return response.bodyToFlux(EVENT);
	}

	@Override
	public Seen seen() {
		return this.seen.seen();
	}

	@Override
	public void close() {
		this.subscription.dispose();
	}

	private static final class Ended extends RuntimeException {

	}

}
