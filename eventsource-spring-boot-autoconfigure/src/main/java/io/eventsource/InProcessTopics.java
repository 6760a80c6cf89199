package io.eventsource;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Topics whose events come from this process alone.
 */
final class InProcessTopics implements TopicSource {

	private static final Log logger = LogFactory.getLog(EventTopics.class);

	private static final int EARLY = 1024;

	private final @Nullable Function<String, ? extends Publisher<?>> source;

	private final List<TopicReceiver> receivers = new CopyOnWriteArrayList<>();

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * What was called before the first receiver came; {@code null} afterwards. Guarded by
	 * the lock.
	 */
	private @Nullable Deque<Early> early = new ArrayDeque<>();

	/** How many bytes the events have that were published before. Guarded by the lock. */
	private long earlyBytes;

	InProcessTopics(@Nullable Function<String, ? extends Publisher<?>> source) {
		this.source = source;
	}

	@Override
	public void publish(String topic, Event event) {
		check(topic);
		Objects.requireNonNull(event, "The event must not be null");
		refuseWithSource();
		if (!isEarly(event.size(), (receiver) -> receiver.publish(topic, event))) {
			this.receivers.forEach((receiver) -> receiver.publish(topic, event));
		}
	}

	@Override
	public boolean start(String topic, Supplier<? extends Publisher<?>> source) {
		check(topic);
		Objects.requireNonNull(source, "The source must not be null");
		refuseWithSource();
		boolean started = false;
		boolean served = false;
		for (TopicReceiver receiver : this.receivers) {
			served = true;
			started |= !started && receiver.start(topic, source);
		}
		if (!served) {
			throw new IllegalStateException("The source of topic " + LogSanitizer.quote(topic)
					+ " cannot be started, since the application does not serve its event streams; start it once the "
					+ "application is ready, for example upon ApplicationReadyEvent");
		}
		return started;
	}

	@Override
	public void complete(String topic) {
		check(topic);
		if (!isEarly(0, (receiver) -> receiver.complete(topic))) {
			this.receivers.forEach((receiver) -> receiver.complete(topic));
		}
	}

	static void check(String topic) {
		if (!EventTopics.isTopic(topic)) {
			throw new IllegalArgumentException("A topic must have 1 to " + MAX_LENGTH
					+ " characters, not all of them blank, without '/', '\\' and control characters; got "
					+ LogSanitizer.quote(topic));
		}
	}

	private void refuseWithSource() {
		if (this.source != null) {
			throw new IllegalStateException("Nothing can be published to these topics, or started, since their events "
					+ "come from the publishers that EventTopics.from was given; use EventTopics.create instead");
		}
	}

	/**
	 * Keeps a call for the first receiver, if none has come yet, in place of the oldest
	 * ones that there is no room for any more, as a channel does.
	 */
	private boolean isEarly(long bytes, Consumer<TopicReceiver> call) {
		if (!this.receivers.isEmpty()) {
			return false;
		}
		this.lock.lock();
		try {
			Deque<Early> waiting = this.early;
			if (waiting == null) {
				return false;
			}
			while (!waiting.isEmpty() && (waiting.size() == EARLY || this.earlyBytes + bytes > WaitingEvents.MEMORY)) {
				this.earlyBytes -= waiting.remove().bytes();
			}
			waiting.add(new Early(bytes, call));
			this.earlyBytes += bytes;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void connect(TopicReceiver receiver) {
		this.lock.lock();
		try {
			Deque<Early> waiting = this.early;
			this.early = null;
			if (waiting != null) {
				waiting.forEach((early) -> replay(early.call(), receiver));
			}
			this.receivers.add(receiver);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The caller has gone, and cannot be told any more what is wrong. */
	private static void replay(Consumer<TopicReceiver> call, TopicReceiver receiver) {
		try {
			call.accept(receiver);
		}
		catch (RuntimeException ex) {
			logger.warn("What was published before the application served its streams is left out: "
					+ LogSanitizer.line(ex.getMessage()), ex);
		}
	}

	@Override
	public void disconnect(TopicReceiver receiver) {
		this.receivers.remove(receiver);
	}

	@Override
	public EventChannel channel(String topic) {
		return EventChannel.create();
	}

	@Override
	public @Nullable RefusalReason refusal(String topic, UnknownTopics unknown) {
		return (unknown == UnknownTopics.ACCEPT) ? null : RefusalReason.NOT_FOUND;
	}

	@Override
	public @Nullable Function<String, ? extends Publisher<?>> source() {
		return this.source;
	}

	/**
	 * What was called before the first receiver came.
	 *
	 * @param bytes how many bytes the event has
	 * @param call passes it to the receiver
	 */
	private record Early(long bytes, Consumer<TopicReceiver> call) {

	}

}
