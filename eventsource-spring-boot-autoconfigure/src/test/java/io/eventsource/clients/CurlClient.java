package io.eventsource.clients;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;

/**
 * The program curl, which prints what comes; reading it, and coming back, are up to its
 * user.
 */
final class CurlClient implements Client {

	private static final long RECONNECTION_MILLIS = 50;

	private final Recorder seen = new Recorder();

	private final CountDownLatch closed = new CountDownLatch(1);

	private final Thread thread = new Thread(this::follow, "curl");

	private final URI uri;

	private volatile Process process;

	private String lastEventId = "";

	CurlClient(URI uri) {
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
		catch (IOException | InterruptedException ex) {
			// Closed
		}
	}

	private boolean connect() throws IOException {
		ProcessBuilder curl = new ProcessBuilder("sh", "curl.sh").directory(Programs.CLIENTS.toFile())
			.redirectError(ProcessBuilder.Redirect.DISCARD);
		curl.environment().put("url", this.uri.toString());
		curl.environment().put("last", this.lastEventId);
		this.process = curl.start();
		try (InputStream output = new BufferedInputStream(this.process.getInputStream())) {
			String head = head(output);
			if (head.startsWith("HTTP/1.1 204")) {
				return false;
			}
			if (head.startsWith("HTTP/1.1 200")) {
				this.seen.opened();
				read(output);
			}
			return true;
		}
	}

	private static String head(InputStream output) throws IOException {
		StringBuilder head = new StringBuilder();
		int next = 0;
		while (next >= 0 && head.indexOf("\r\n\r\n") < 0) {
			next = output.read();
			head.append((char) next);
		}
		return head.toString();
	}

	private void read(InputStream output) throws IOException {
		EventStreamReader reader = new EventStreamReader();
		int count = 0;
		for (int next = output.read(); next >= 0; next = output.read()) {
			reader.feed((byte) next);
			this.lastEventId = reader.lastEventId().isEmpty() ? this.lastEventId : reader.lastEventId();
			if (reader.count() > count) {
				Received event = reader.events().get(count++);
				this.seen.event(event.type(), event.data(), this.lastEventId);
			}
		}
	}

	@Override
	public Seen seen() {
		return this.seen.seen();
	}

	@Override
	public void close() {
		this.closed.countDown();
		this.thread.interrupt();
		Process current = this.process;
		if (current != null) {
			current.destroy();
		}
	}

}
