package io.eventsource;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A source that runs on this instance: what it emits goes to the store, one event after
 * the other. While the store cannot be reached, the source waits. Thread-safe.
 */
final class TopicRun implements Subscriber<Object> {

	private static final Log logger = LogFactory.getLog(EventTopics.class);

	private static final int DEMAND = 32;

	private static final long PAUSE = 200;

	/** For how long the store can be away; others say earlier that the source is dead. */
	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final String topic;

	private final TextEvents texts;

	private final Executor threads;

	private final Consumer<TopicRun> onEnd;

	/** What is to be stored: events, and the end. Guarded by the monitor. */
	private final Deque<Object> waiting = new ArrayDeque<>();

	/** Whether a thread stores what waits. Guarded by the monitor. */
	private boolean storing;

	/** Whether nothing more is taken. Guarded by the monitor. */
	private boolean ended;

	private volatile boolean cancelled;

	private volatile @Nullable Subscription subscription;

	private volatile TopicStore.@Nullable Run run;

	/**
	 * Creates a run that has not begun.
	 * @param topic the topic
	 * @param texts turns the data of events into text
	 * @param threads the threads that may wait for the store and the source
	 * @param onEnd called when nothing more is to be stored
	 */
	TopicRun(String topic, TextEvents texts, Executor threads, Consumer<TopicRun> onEnd) {
		this.topic = topic;
		this.texts = texts;
		this.threads = threads;
		this.onEnd = onEnd;
	}

	/**
	 * Subscribes to the source, on a thread that may wait.
	 */
	void begin(TopicStore.Run begun, Supplier<? extends Publisher<?>> source) {
		this.run = begun;
		this.threads.execute(() -> {
			try {
				source.get().subscribe(this);
			}
			catch (Throwable ex) {
				onError(ex);
			}
		});
	}

	@Override
	public void onSubscribe(Subscription begun) {
		if (this.subscription != null) {
			begun.cancel();
			return;
		}
		this.subscription = begun;
		if (this.cancelled) {
			begun.cancel();
		}
		else {
			begun.request(DEMAND);
		}
	}

	@Override
	public void onNext(Object element) {
		add((element instanceof Event event) ? event : Event.of(element));
	}

	@Override
	public void onError(Throwable cause) {
		logger.warn("The source of topic " + LogSanitizer.quote(this.topic) + " has failed, which ends the topic",
				cause);
		add(TopicStore.End.FAILED);
	}

	@Override
	public void onComplete() {
		add(TopicStore.End.COMPLETED);
	}

	/**
	 * Cancels the source, since the topic has ended.
	 */
	void cancel() {
		this.cancelled = true;
		synchronized (this) {
			this.ended = true;
			this.waiting.clear();
		}
		this.onEnd.accept(this);
		cancelSource();
	}

	/** Not on a thread that must not wait. */
	private void cancelSource() {
		Subscription current = this.subscription;
		if (current != null) {
			this.threads.execute(current::cancel);
		}
	}

	/**
	 * Cancels the source and ends the topic, since the application is shut down.
	 */
	void interrupt() {
		cancel();
		TopicStore.Run begun = this.run;
		try {
			if (begun != null) {
				begun.end(TopicStore.End.INTERRUPTED);
			}
		}
		catch (EventPublicationException ex) {
			// Others find that out after a while
			logger.debug("The end of topic " + LogSanitizer.quote(this.topic) + " could not be stored", ex);
		}
	}

	private void add(Object next) {
		synchronized (this) {
			if (this.ended) {
				return;
			}
			this.ended = next instanceof TopicStore.End;
			this.waiting.add(next);
			if (this.storing) {
				return;
			}
			this.storing = true;
		}
		this.threads.execute(this::store);
	}

	private void store() {
		for (Object next = take(); next != null; next = take()) {
			if (next instanceof TopicStore.End end) {
				persist((begun) -> {
					begun.end(end);
					return true;
				});
				this.onEnd.accept(this);
			}
			else {
				store((Event) next);
			}
		}
	}

	private synchronized @Nullable Object take() {
		Object next = this.waiting.poll();
		this.storing = next != null;
		return next;
	}

	private void store(Event event) {
		Event text;
		try {
			text = this.texts.of(event, Integer.MAX_VALUE);
		}
		catch (IllegalArgumentException ex) {
			onError(ex);
			cancelSource();
			return;
		}
		if (!persist((begun) -> begun.append(text))) {
			cancel();
			return;
		}
		Subscription current = this.subscription;
		if (current != null) {
			current.request(1);
		}
	}

	/** Tries again until others may have ended the topic. */
	private boolean persist(StoreStep step) {
		TopicStore.Run begun = this.run;
		long start = System.nanoTime();
		while (begun != null && !this.cancelled) {
			try {
				return step.run(begun);
			}
			catch (EventPublicationException ex) {
				if (System.nanoTime() - start > PATIENCE.toNanos() || !pause()) {
					logger.warn("The source of topic " + LogSanitizer.quote(this.topic)
							+ " is cancelled, since the store does not take its events", ex);
					return false;
				}
			}
		}
		return false;
	}

	private static boolean pause() {
		try {
			TimeUnit.MILLISECONDS.sleep(PAUSE);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/** What is to be stored. */
	private interface StoreStep {

		boolean run(TopicStore.Run run);

	}

}
