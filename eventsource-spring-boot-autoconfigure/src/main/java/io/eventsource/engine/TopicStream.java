package io.eventsource.engine;

import java.time.Duration;
import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.LogSanitizer;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSnapshot;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The stream of one topic. What is said to be guarded is guarded by the monitor of
 * {@link TopicTable}; the rest is thread-safe.
 */
final class TopicStream {

	private static final StreamSnapshot NOTHING = SnapshotSums.nothing("");

	private final String topic;

	private final EventStream stream;

	/** What is published from code; {@code null} if the topic has a publisher. */
	private final @Nullable EventChannel channel;

	/** How many threads are about to use the stream. Guarded. */
	private int users;

	/** What {@link TopicCounts} has counted already. Guarded by that object's monitor. */
	private StreamSnapshot counted = NOTHING;

	/** How many events were taken. Guarded. */
	private long taken;

	/** Whether a source has been started. Guarded. */
	private boolean started;

	/** Whether nothing more is taken. Guarded. */
	private boolean ended;

	/** Since when there is neither a client nor a source. Guarded. */
	private long idleSince;

	/** Cancels the source. */
	private volatile @Nullable Runnable source;

	TopicStream(String topic, EventStream stream, @Nullable EventChannel channel) {
		this.topic = topic;
		this.stream = stream;
		this.channel = channel;
	}

	String topic() {
		return this.topic;
	}

	EventStream stream() {
		return this.stream;
	}

	/**
	 * Has the stream kept while a thread uses it. Guarded.
	 */
	void use() {
		this.users++;
	}

	/**
	 * Ends the use by a thread. Guarded.
	 */
	void release(long now) {
		this.users--;
		this.idleSince = now;
	}

	/**
	 * Counts an event that was taken. Guarded.
	 */
	void taken() {
		this.taken++;
	}

	/**
	 * Counts the time without clients from now on. Guarded.
	 */
	void left(long now) {
		this.idleSince = now;
	}

	long idleSince() {
		return this.idleSince;
	}

	/**
	 * Whether nobody uses the stream: no thread, no client, no source. Guarded.
	 */
	boolean isIdle() {
		return isUnwatched() && !hasSource();
	}

	/**
	 * Whether there is no client, and none is about to come. Guarded.
	 */
	boolean isUnwatched() {
		return this.users == 0 && !this.stream.hasClients();
	}

	/**
	 * Whether a source runs. Guarded.
	 */
	boolean hasSource() {
		return this.started && !this.ended;
	}

	/**
	 * Whether nothing would be lost without the stream: no event and no end. Guarded.
	 */
	boolean isEmpty() {
		return !hasEnded() && this.taken == 0 && this.stream.log().isNew();
	}

	/** By a call, or by its publisher. */
	private boolean hasEnded() {
		return this.ended || this.stream.log().hasEnded();
	}

	/**
	 * Whether all events have left, and there is no end to be remembered. Guarded.
	 */
	boolean isDrained() {
		return !hasEnded() && this.stream.log().head() == this.stream.log().tail();
	}

	/**
	 * Marks that nothing more is taken. Guarded.
	 * @return whether a source has run until now
	 */
	boolean end() {
		boolean running = hasSource();
		this.ended = true;
		return running;
	}

	/**
	 * Marks that a source is being started. Guarded.
	 * @return whether there is none yet, and the topic has not ended
	 */
	boolean beginSource() {
		if (this.started || this.ended) {
			return false;
		}
		this.started = true;
		return true;
	}

	/**
	 * Publishes an event. May wait for room.
	 */
	void publish(Event event) {
		channel().publish(event);
	}

	/**
	 * Starts a source.
	 * @param onEnd called when it has ended
	 */
	void start(Supplier<? extends Publisher<?>> supplier, Runnable onEnd) {
		this.source = this.stream.run((subscriber) -> supplier.get().subscribe(subscriber), onEnd);
	}

	/**
	 * Cancels the source, and ends the stream behind what was published.
	 */
	void complete() {
		Runnable running = this.source;
		if (running != null) {
			running.run();
		}
		if (this.channel != null) {
			this.channel.complete();
		}
		else {
			this.stream.stop();
		}
	}

	private EventChannel channel() {
		if (this.channel == null) {
			throw new IllegalStateException(
					"The events of topic '" + LogSanitizer.line(this.topic) + "' come from its own publisher");
		}
		return this.channel;
	}

	/**
	 * Describes the topic as it is now. Guarded.
	 */
	TopicSnapshot snapshot(long now) {
		Duration idle = isIdle() ? Duration.ofNanos(now - this.idleSince) : null;
		return new TopicSnapshot(this.topic, this.stream.snapshot(), hasSource(), idle);
	}

	/**
	 * Takes what the stream has counted since this was called last. Guarded by
	 * {@link TopicCounts}.
	 */
	StreamSnapshot takeCounts() {
		StreamSnapshot before = this.counted;
		this.counted = this.stream.snapshot();
		return SnapshotSums.since(before, this.counted);
	}

	/**
	 * What the stream has counted since that was taken last. Guarded by
	 * {@link TopicCounts}.
	 */
	StreamSnapshot uncounted() {
		return SnapshotSums.since(this.counted, this.stream.snapshot());
	}

	/**
	 * Ends the stream, and with it what is known of the topic. Guarded.
	 * @return whether the log has had all events that were taken, so that its last number
	 * tells which ones
	 */
	boolean forget() {
		this.stream.close();
		return this.channel != null && this.stream.log().tail() >= this.taken;
	}

}
