package io.eventsource.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is sent to a client of a {@link HandOverScene}.
 */
final class SceneSink implements EventSink {

	private final @Nullable String lastEventId;

	private final StringBuilder written = new StringBuilder();

	private volatile boolean ready;

	private volatile String flushed = "";

	private volatile int completions;

	private volatile @Nullable EventConnection connection;

	SceneSink() {
		this(null);
	}

	SceneSink(@Nullable String lastEventId) {
		this.lastEventId = lastEventId;
	}

	@Nullable String lastEventId() {
		return this.lastEventId;
	}

	void open(EventConnection connection) {
		this.connection = connection;
	}

	EventConnection connection() {
		EventConnection current = this.connection;
		if (current == null) {
			throw new IllegalStateException("Not connected");
		}
		return current;
	}

	/** The container can take bytes from now on. */
	void ready() {
		this.ready = true;
		connection().writable();
	}

	/** The data of the events that were flushed. */
	List<String> data() {
		return this.flushed.lines()
			.filter((line) -> line.startsWith("data: "))
			.map((line) -> line.substring(6))
			.toList();
	}

	int completions() {
		return this.completions;
	}

	@Override
	public boolean isReady() {
		return this.ready;
	}

	@Override
	public void write(byte[] bytes, int offset, int length) {
		this.written.append(new String(bytes, offset, length, StandardCharsets.UTF_8));
	}

	@Override
	public void flush() {
		this.flushed = this.written.toString();
	}

	@Override
	public void complete() {
		this.completions++;
	}

}
