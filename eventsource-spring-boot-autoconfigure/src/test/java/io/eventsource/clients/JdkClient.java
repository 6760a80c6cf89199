package io.eventsource.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The JDK's {@link HttpClient}, which knows lines and nothing more.
 */
final class JdkClient implements Client {

	private static final HttpClient http = HttpClient.newHttpClient();

	private static final long RECONNECTION_MILLIS = 50;

	private final Recorder seen = new Recorder();

	private final CountDownLatch closed = new CountDownLatch(1);

	private final Thread thread = new Thread(this::follow, "jdk-client");

	private final URI uri;

	private volatile Stream<String> lines = Stream.empty();

	private String lastEventId = "";

	private String id = "";

	private String type = "";

	private final StringBuilder data = new StringBuilder();

	JdkClient(URI uri) {
		this.uri = uri;
		this.thread.setDaemon(true);
		this.thread.start();
	}

	private void follow() {
		try {
			boolean again = connect();
			while (again && !this.closed.await(RECONNECTION_MILLIS, TimeUnit.MILLISECONDS)) {
				again = connect();
			}
			this.seen.stopped();
		}
		catch (InterruptedException ex) {
			// Closed
		}
	}

	private boolean connect() throws InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(this.uri).header("Accept", "text/event-stream");
		if (!this.lastEventId.isEmpty()) {
			request.header("Last-Event-ID", this.lastEventId);
		}
		try {
			HttpResponse<Stream<String>> response = http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
			if (response.statusCode() == 204) {
				return false;
			}
			this.seen.opened();
			this.lines = response.body();
			read();
		}
		catch (IOException | UncheckedIOException ex) {
			// Cut off: an event that has arrived in part does not count
		}
		return true;
	}

	private void read() {
		startEvent();
		this.lines.forEach(this::line);
	}

	private void line(String line) {
		int colon = line.indexOf(':');
		String field = (colon >= 0) ? line.substring(0, colon) : line;
		String value = (colon >= 0) ? line.substring(colon + 1) : "";
		value = value.startsWith(" ") ? value.substring(1) : value;
		switch (field) {
			case "id" -> this.id = value;
			case "event" -> this.type = value;
			case "data" -> this.data.append(value).append('\n');
			case "" -> endBlock(line);
			default -> {
				// "retry" is for those who want to obey it
			}
		}
	}

	private void endBlock(String line) {
		if (line.isEmpty()) {
			this.lastEventId = this.id;
			if (!this.data.isEmpty()) {
				this.seen.event(this.type.isEmpty() ? "message" : this.type,
						this.data.substring(0, this.data.length() - 1), this.lastEventId);
			}
			startEvent();
		}
	}

	private void startEvent() {
		this.id = this.lastEventId;
		this.type = "";
		this.data.setLength(0);
	}

	@Override
	public Seen seen() {
		return this.seen.seen();
	}

	@Override
	public void close() {
		this.closed.countDown();
		this.lines.close();
		this.thread.interrupt();
	}

}
