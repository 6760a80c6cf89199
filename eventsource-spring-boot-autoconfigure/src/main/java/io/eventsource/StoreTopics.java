package io.eventsource;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Topics whose events go to a store, which takes them to all instances of the
 * application, and come from there to the clients of each.
 */
final class StoreTopics implements TopicSource, AutoCloseable {

	private final TopicStore store;

	private final DataWriter dataWriter;

	private final TextEvents texts;

	private final Duration timeout;

	private final Set<TopicRun> runs = ConcurrentHashMap.newKeySet();

	private final Executor threads = threads();

	StoreTopics(TopicStore store, DataWriter dataWriter, Duration timeout) {
		this.store = store;
		this.dataWriter = dataWriter;
		this.texts = new TextEvents(dataWriter);
		this.timeout = timeout;
	}

	/** As many as sources run at once, and none while none does. */
	private static ExecutorService threads() {
		AtomicInteger count = new AtomicInteger();
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), (task) -> {
			Thread thread = new Thread(task, "eventsource-topic-" + count.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		});
	}

	@Override
	public void publish(String topic, Event event) {
		InProcessTopics.check(topic);
		Objects.requireNonNull(event, "The event must not be null");
		refuseToWait();
		if (event.id() != null) {
			throw new IllegalArgumentException(event
					+ " must not have an id, since the store that instances share gives each event its own; leave the "
					+ "id out");
		}
		if (!this.store.append(topic, this.texts.of(event, Integer.MAX_VALUE))) {
			throw new IllegalStateException(
					"Topic " + LogSanitizer.quote(topic) + " has ended; nothing can be published to it any more");
		}
	}

	@Override
	public boolean start(String topic, Supplier<? extends Publisher<?>> source) {
		InProcessTopics.check(topic);
		Objects.requireNonNull(source, "The source must not be null");
		refuseToWait();
		TopicRun run = new TopicRun(topic, this.texts, this.threads, this.runs::remove);
		this.runs.add(run);
		TopicStore.Run begun = null;
		try {
			begun = this.store.start(topic, run::cancel);
		}
		finally {
			if (begun == null) {
				this.runs.remove(run);
			}
		}
		if (begun != null) {
			run.begin(begun, source);
		}
		return begun != null;
	}

	@Override
	public void complete(String topic) {
		InProcessTopics.check(topic);
		refuseToWait();
		this.store.end(topic);
	}

	private static void refuseToWait() {
		if (NonBlockingThread.isCurrent()) {
			throw new EventPublicationException("Topics that instances share cannot be used on a thread that serves "
					+ "clients, since that waits for the store; use another thread", null);
		}
	}

	@Override
	public void connect(TopicReceiver receiver) {
	}

	@Override
	public void disconnect(TopicReceiver receiver) {
	}

	@Override
	public @Nullable Function<String, ? extends Publisher<?>> source() {
		return null;
	}

	@Override
	public boolean isShared() {
		return true;
	}

	@Override
	public EventChannel channel(String topic) {
		return EventChannel.over(this.store.events(topic), this.dataWriter, this.timeout);
	}

	@Override
	public @Nullable RefusalReason refusal(String topic, UnknownTopics unknown) {
		try {
			if (!this.store.isConnected()) {
				return RefusalReason.UNAVAILABLE;
			}
			return (unknown == UnknownTopics.ACCEPT || this.store.exists(topic)) ? null : RefusalReason.NOT_FOUND;
		}
		catch (EventPublicationException ex) {
			return RefusalReason.UNAVAILABLE;
		}
	}

	/**
	 * Cancels the sources that run on this instance, and ends their topics.
	 */
	@Override
	public void close() {
		this.runs.forEach(TopicRun::interrupt);
	}

}
