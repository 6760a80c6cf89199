package io.eventsource.clients;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;

/**
 * Square's okhttp-sse, which reads one response, so that coming back is up to its user.
 */
final class OkHttpSseClient extends EventSourceListener implements Client {

	private final OkHttpClient http = new OkHttpClient.Builder().readTimeout(Duration.ofMinutes(1)) // 10
																									// s
																									// by
																									// default:
																									// shorter
																									// than
																									// a
																									// heartbeat
		.build();

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	private final Recorder seen = new Recorder();

	private final URI uri;

	private volatile EventSource source;

	private volatile String lastEventId = "";

	private volatile boolean closed;

	OkHttpSseClient(URI uri) {
		this.uri = uri;
		connect();
	}

	private void connect() {
		Request.Builder request = new Request.Builder().url(this.uri.toString());
		if (!this.lastEventId.isEmpty()) {
			request.header("Last-Event-ID", this.lastEventId);
		}
		this.source = EventSources.createFactory(this.http).newEventSource(request.build(), this);
	}

	@Override
	public void onOpen(EventSource source, Response response) {
		this.seen.opened();
	}

	@Override
	public void onEvent(EventSource source, String id, String type, String data) {
		this.lastEventId = (id != null) ? id : this.lastEventId;
		this.seen.event((type != null) ? type : "message", data, this.lastEventId);
	}

	@Override
	public void onClosed(EventSource source) {
		comeBack();
	}

	@Override
	public void onFailure(EventSource source, Throwable failure, Response response) {
		if (response != null && response.code() == 204) {
			this.seen.stopped();
		}
		else {
			comeBack();
		}
	}

	private void comeBack() {
		if (!this.closed) {
			this.scheduler.schedule(this::connect, 50, TimeUnit.MILLISECONDS);
		}
	}

	@Override
	public Seen seen() {
		return this.seen.seen();
	}

	@Override
	public void close() {
		this.closed = true;
		this.scheduler.shutdownNow();
		this.source.cancel();
		this.http.dispatcher().executorService().shutdown();
	}

}
