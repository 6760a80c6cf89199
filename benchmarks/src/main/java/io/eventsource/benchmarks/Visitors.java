package io.eventsource.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Clients of which so many come each second, and go after one second.
 */
final class Visitors implements AutoCloseable {

	private final LoadClient client;

	private final int perSecond;

	private final Deque<LoadClient.Connection> present = new ArrayDeque<>();

	private final long start = System.nanoTime();

	private long come;

	Visitors(int port, int perSecond) throws IOException {
		this.client = new LoadClient(port);
		this.perSecond = perSecond;
	}

	/**
	 * Lets come and go who is due, and serves who is there.
	 */
	void run() {
		try {
			long due = (System.nanoTime() - this.start) * this.perSecond / TimeUnit.SECONDS.toNanos(1);
			for (; this.come < due; this.come++) {
				this.present.add(this.client.open("", true));
				if (this.present.size() > this.perSecond) {
					this.present.remove().close();
				}
			}
			this.client.pass(0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.client.close();
	}

}
