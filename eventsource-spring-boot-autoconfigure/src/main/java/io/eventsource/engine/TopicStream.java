package io.eventsource.engine;

import java.time.Duration;

import io.eventsource.LogSanitizer;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSnapshot;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.LogOrigin;
import io.eventsource.engine.log.StartPositions;
import org.jspecify.annotations.Nullable;

/**
 * One topic: its log, and, while somebody uses it, what serves it. What is said to be
 * guarded is guarded by the monitor of {@link TopicTable}; the rest is thread-safe.
 */
final class TopicStream {

	private final String topic;

	private final LogOrigin origin;

	private final EventLog log;

	private final int initialReplay;

	private final TopicTotals totals;

	/** What serves the topic; {@code null} while it rests. Changed under the monitor. */
	private volatile @Nullable RunningTopic running;

	/** How many threads are about to use the stream. Guarded. */
	private int users;

	/** How many events were taken. Guarded. */
	private long taken;

	/** Whether a source has been started, or nothing more is taken. Guarded. */
	private Phase phase = Phase.OPEN;

	/** Since when there is neither a client nor a source. Guarded. */
	private long idleSince;

	/**
	 * Makes a topic that rests.
	 * @param origin what its log shares with others
	 * @param initialReplay how many events a client gets first that has none
	 * @param nothing a stream of this name that has counted nothing
	 */
	TopicStream(String topic, LogOrigin origin, EventLog log, int initialReplay, StreamSnapshot nothing) {
		this.topic = topic;
		this.origin = origin;
		this.log = log;
		this.initialReplay = initialReplay;
		this.totals = new TopicTotals(log, nothing);
	}

	String topic() {
		return this.topic;
	}

	LogOrigin origin() {
		return this.origin;
	}

	EventLog log() {
		return this.log;
	}

	/**
	 * What serves the topic; {@code null} while it rests.
	 */
	@Nullable RunningTopic running() {
		return this.running;
	}

	/** The stream that serves the topic, which a thread uses. */
	EventStream stream() {
		return used().stream();
	}

	/** What serves the topic, which a thread uses. */
	RunningTopic used() {
		RunningTopic current = this.running;
		if (current == null) {
			throw new IllegalStateException("Topic '" + LogSanitizer.line(this.topic) + "' rests");
		}
		return current;
	}

	/**
	 * Sets what serves the topic from now on. Guarded.
	 */
	void run(RunningTopic running) {
		this.running = running;
		if (this.phase == Phase.ENDED) {
			running.complete();
		}
	}

	/**
	 * Keeps what was counted, and lets the topic rest. Guarded, also by
	 * {@link TopicCounts}.
	 */
	void rest() {
		this.totals.keep();
		this.running = null;
	}

	/** Tells whether a client has nothing more to expect. */
	boolean isOver(@Nullable String lastEventId) {
		return new StartPositions(this.log).isOver(lastEventId, this.initialReplay);
	}

	/** Has the stream kept while a thread uses it. Guarded. */
	void use() {
		this.users++;
	}

	/** Ends the use by a thread. Guarded. */
	void release(long now) {
		this.users--;
		this.idleSince = now;
	}

	/** Counts an event that was taken. Guarded. */
	void taken() {
		this.taken++;
	}

	/** Counts the time without clients from now on. Guarded. */
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
		RunningTopic current = this.running;
		return this.users == 0 && (current == null || !current.stream().hasClients());
	}

	/** Whether a source runs. Guarded. */
	boolean hasSource() {
		return this.phase == Phase.SOURCE;
	}

	/**
	 * Whether nothing would be lost without the stream: no event and no end. Guarded.
	 */
	boolean isEmpty() {
		return !hasEnded() && this.taken == 0 && this.log.isNew();
	}

	/** By a call, or by its publisher. */
	private boolean hasEnded() {
		return this.phase == Phase.ENDED || this.log.hasEnded();
	}

	/**
	 * Whether all events have left, and there is no end to be remembered. Guarded.
	 */
	boolean isDrained() {
		return !hasEnded() && this.log.head() == this.log.tail();
	}

	/**
	 * Marks that nothing more is taken. Guarded.
	 * @return whether a source has run until now
	 */
	boolean end() {
		boolean running = hasSource();
		this.phase = Phase.ENDED;
		return running;
	}

	/**
	 * Marks that a source is being started. Guarded.
	 * @return whether there is none yet, and the topic has not ended
	 */
	boolean beginSource() {
		boolean open = this.phase == Phase.OPEN;
		this.phase = open ? Phase.SOURCE : this.phase;
		return open;
	}

	/**
	 * Cancels the source, and ends the log behind what was published. One that runs only
	 * now ends by itself, since it has been marked before.
	 */
	void complete() {
		RunningTopic current = this.running;
		if (current != null) {
			current.complete();
		}
		else {
			this.log.end();
		}
	}

	/**
	 * Describes the topic as it is now. Guarded.
	 */
	TopicSnapshot snapshot(long now) {
		Duration idle = isIdle() ? Duration.ofNanos(now - this.idleSince) : null;
		return new TopicSnapshot(this.topic, this.totals.snapshot(this.running), hasSource(), idle);
	}

	/** Takes what was counted since the last call. Guarded by {@link TopicCounts}. */
	StreamSnapshot takeCounts() {
		return this.totals.take(this.running);
	}

	/** What was counted since that was taken last. Guarded by {@link TopicCounts}. */
	StreamSnapshot uncounted() {
		return this.totals.untaken(this.running);
	}

	/**
	 * Whether the log has had all events that were taken, so that its last number tells
	 * which ones. Guarded.
	 */
	boolean isKnown() {
		RunningTopic current = this.running;
		return (current == null || current.hasChannel()) && this.log.tail() >= this.taken;
	}

	/** How far a topic has come. */
	private enum Phase {

		OPEN, SOURCE, ENDED

	}

}
