package io.eventsource.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.Patience;

/**
 * A client of an event stream that keeps what it gets.
 */
public final class StreamClient implements AutoCloseable {

	private static final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final Object lock = new Object();

	private final EventStreamReader reader = new EventStreamReader();

	private final CompletableFuture<HttpResponse.ResponseInfo> head = new CompletableFuture<>();

	private final CompletableFuture<Void> end = new CompletableFuture<>();

	private final List<Long> arrivals = new ArrayList<>();

	private volatile Flow.Subscription subscription;

	private volatile boolean closed;

	private StreamClient(HttpClient http, HttpRequest request) {
		http.sendAsync(request, (info) -> {
			this.head.complete(info);
			return new Body();
		}).whenComplete((response, failure) -> {
			if (failure != null) {
				this.head.completeExceptionally(failure);
				this.end.completeExceptionally(failure);
			}
			else {
				this.end.complete(null);
			}
		});
	}

	public static StreamClient open(URI uri, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Patience.LIMIT);
		if (headers.length > 0) {
			request.headers(headers);
		}
		return new StreamClient(http, request.build());
	}

	public static StreamClient send(HttpRequest request) {
		return send(http, request);
	}

	public static StreamClient send(HttpClient http, HttpRequest request) {
		return new StreamClient(http, request);
	}

	/**
	 * Waits for the status and the headers.
	 */
	public HttpResponse.ResponseInfo head() throws Exception {
		return this.head.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

	/**
	 * Opens and waits until the preamble is there.
	 */
	public static StreamClient connect(URI uri, String... headers) throws Exception {
		StreamClient client = open(uri, headers);
		client.head();
		return client;
	}

	public List<Received> events() {
		synchronized (this.lock) {
			return List.copyOf(this.reader.events());
		}
	}

	public int count() {
		synchronized (this.lock) {
			return this.reader.count();
		}
	}

	public List<String> data() {
		return events().stream().map(Received::data).toList();
	}

	/**
	 * When each event came, by {@link System#nanoTime()}.
	 */
	public List<Long> arrivals() {
		synchronized (this.lock) {
			return List.copyOf(this.arrivals);
		}
	}

	public List<String> comments() {
		synchronized (this.lock) {
			return List.copyOf(this.reader.comments());
		}
	}

	public Duration reconnectionTime() {
		synchronized (this.lock) {
			return this.reader.reconnectionTime();
		}
	}

	public String lastEventId() {
		synchronized (this.lock) {
			return this.reader.lastEventId();
		}
	}

	/**
	 * Waits for the clean end of the response; fails if its framing was broken.
	 */
	public StreamClient awaitEnd() throws Exception {
		this.end.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
		return this;
	}

	public boolean hasEnded() {
		return this.end.isDone();
	}

	@Override
	public void close() {
		this.closed = true;
		Flow.Subscription current = this.subscription;
		if (current != null) {
			current.cancel();
		}
	}

	private final class Body implements HttpResponse.BodySubscriber<Void> {

		private final CompletableFuture<Void> result = new CompletableFuture<>();

		@Override
		public CompletionStage<Void> getBody() {
			return this.result;
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			StreamClient.this.subscription = subscription;
			if (StreamClient.this.closed) {
				subscription.cancel();
			}
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(List<ByteBuffer> buffers) {
			synchronized (StreamClient.this.lock) {
				for (ByteBuffer buffer : buffers) {
					while (buffer.hasRemaining()) {
						StreamClient.this.reader.feed(buffer.get());
					}
				}
				while (StreamClient.this.arrivals.size() < StreamClient.this.reader.count()) {
					StreamClient.this.arrivals.add(System.nanoTime());
				}
			}
		}

		@Override
		public void onError(Throwable failure) {
			this.result.completeExceptionally(failure);
		}

		@Override
		public void onComplete() {
			this.result.complete(null);
		}

	}

}
