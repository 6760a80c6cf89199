package io.eventsource.engine.runtime;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.EventSink;
import io.eventsource.StreamSettings;

/**
 * The first sign of a publisher that is there for one client alone: its first event, its
 * end or its failure. The response to the client may wait for it, for a time. Any thread,
 * but for {@link #isPending}.
 */
public final class PublisherStart {

	private final EventSink sink;

	/** By which failures that follow each other are counted. */
	private final String key;

	private final EarlyFailures failures;

	private final StreamSettings settings;

	private final long since;

	private final AtomicBoolean given = new AtomicBoolean();

	public PublisherStart(EventSink sink, String key, EarlyFailures failures, StreamSettings settings, long now) {
		this.sink = sink;
		this.key = key;
		this.failures = failures;
		this.settings = settings;
		this.since = now;
	}

	/**
	 * Whether the response waits.
	 */
	public boolean isPending() {
		return !this.given.get() && this.sink.awaitsPublisher();
	}

	/**
	 * Whether it has waited for long enough.
	 */
	public boolean isOverdue(long now) {
		return now - this.since >= this.settings.connection().responseDelay().toNanos();
	}

	/**
	 * Takes note that the publisher was called and has come back.
	 */
	public void called() {
		Supervisor.quietly(this.sink::publisherCalled);
	}

	/**
	 * Takes note that the publisher has emitted an event.
	 */
	public void emitted() {
		this.failures.forget(this.key);
		give();
	}

	/**
	 * Lets the response begin.
	 */
	public void give() {
		if (this.given.compareAndSet(false, true)) {
			Supervisor.quietly(this.sink::publisherStarted);
		}
	}

	/**
	 * Takes note that the publisher has failed.
	 * @return whether the client is answered with the failure itself, before anything
	 * else was sent
	 */
	public boolean failed(Throwable cause) {
		boolean[] answered = { false };
		Supervisor.quietly(() -> answered[0] = this.sink.publisherFailed(cause));
		return answered[0];
	}

	/**
	 * After which time the client is to come back if the publisher has failed before its
	 * first event. The time is longer each time.
	 */
	public Duration returnTime(long now) {
		return this.failures.next(this.key, this.settings, now);
	}

}
