package io.eventsource.engine.runtime;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.eventsource.Callee;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.StreamListener;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * How one stream calls code that is not its own, and what comes of a failure there. The
 * only place that knows: whatever is thrown ends here, be it checked, unchecked or an
 * error, and so does what is thrown while that is logged. {@code docs/concurrency.md} has
 * the table of what follows.
 */
public final class Supervisor {

	/** How many threads may be lost in the filters of one stream. */
	private static final int MAX_LOST_FILTERS = 4;

	/** How many signals wait for a listener that stands still. */
	private static final int MAX_WAITING = 10_000;

	private final String stream;

	private final StreamListener listener;

	/**
	 * One for each, so that what is said of one does not hide what there is of another.
	 */
	private final Map<Callee, Complaints> complaints = new EnumMap<>(Callee.class);

	private final AtomicInteger lostFilters = new AtomicInteger();

	private final Call listening = new Listening();

	/** What is told once the listener that stands still has come back. */
	private final Queue<Consumer<StreamListener>> waiting = new ArrayDeque<>();

	private volatile boolean listenerLost;

	public Supervisor(String stream, StreamListener listener, Log logger, LongSupplier clock) {
		this.stream = stream;
		this.listener = listener;
		for (Callee callee : Callee.values()) {
			this.complaints.put(callee, new Complaints(logger, clock));
		}
	}

	/**
	 * Does what is not worth a failure of its own, such as to log something.
	 */
	public static void quietly(Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
		}
	}

	/**
	 * Tells the listener something. Throws nothing. While a worker stands still in the
	 * listener, what others have to tell waits until it has come back.
	 */
	public void tell(Consumer<StreamListener> signal) {
		if (this.listenerLost && WorkerThread.isCurrent() && waits(signal)) {
			return;
		}
		Throwable failure = attempt(signal);
		if (failure != null) {
			failed(Callee.LISTENER, () -> "A stream listener of stream '" + this.stream + "' failed", failure);
		}
	}

	private @Nullable Throwable attempt(Consumer<StreamListener> signal) {
		Call before = WorkerThread.enter(this.listening);
		try {
			signal.accept(this.listener);
			return null;
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			return ex;
		}
		finally {
			WorkerThread.exit(this.listening, before);
		}
	}

	private boolean waits(Consumer<StreamListener> signal) {
		synchronized (this.waiting) {
			if (this.listenerLost && this.waiting.size() < MAX_WAITING) {
				this.waiting.add(signal);
			}
			return this.listenerLost;
		}
	}

	/**
	 * Asks a filter whether a client may see an event. An event that a filter fails for
	 * is hidden.
	 * @param call the call, of which {@link #filterAbandoned} and {@link #filterReturned}
	 * are to be told
	 */
	public boolean test(EventFilter filter, Event event, EventClient client, Call call) {
		Throwable failure;
		Call before = WorkerThread.enter(call);
		try {
			return filter.test(event, client);
		}
		catch (Throwable ex) {
			failure = ex;
		}
		finally {
			WorkerThread.exit(call, before);
		}
		WorkerReplaced.check(failure);
		failed(Callee.FILTER,
				() -> "A filter of stream '" + this.stream + "' failed; " + client + " does not see " + event, failure);
		Throwable cause = failure;
		tell((listener) -> listener.filterFailed(client, event, cause));
		return false;
	}

	/**
	 * Whether so many threads stand still in the filters of this stream that no other one
	 * is risked.
	 */
	public boolean shunsFilters() {
		return this.lostFilters.get() >= MAX_LOST_FILTERS && WorkerThread.isCurrent();
	}

	public void filterAbandoned() {
		this.lostFilters.incrementAndGet();
	}

	public void filterReturned() {
		this.lostFilters.decrementAndGet();
	}

	/**
	 * Takes note of a failure: logs it, a line a minute at most, and tells the listener.
	 * Throws nothing.
	 */
	public void failed(Callee callee, Supplier<String> message, Throwable cause) {
		failed(callee, message, cause, cause);
	}

	/**
	 * Takes note of a failure of which all, some or nothing is worth a stack trace.
	 */
	public void failed(Callee callee, Supplier<String> message, @Nullable Throwable logged, Throwable cause) {
		complaints(callee).warn(message, logged);
		Throwable failure = attempt((listener) -> listener.callFailed(this.stream, callee, cause));
		if (failure != null) {
			complaints(Callee.LISTENER).warn(() -> "A stream listener of stream '" + this.stream + "' failed", failure);
		}
	}

	/**
	 * Logs failures of something in this stream, a line a minute at most.
	 */
	public Complaints complaints(Callee callee) {
		return Objects.requireNonNull(this.complaints.get(callee));
	}

	/**
	 * Logs what is of interest to those alone who look for it. Throws nothing.
	 */
	public void debug(Supplier<String> message) {
		complaints(Callee.ENGINE).debug(message);
	}

	/**
	 * The calls of the listener.
	 */
	private final class Listening implements Call {

		@Override
		public Callee callee() {
			return Callee.LISTENER;
		}

		@Override
		public String subject() {
			return "stream '" + Supervisor.this.stream + "'";
		}

		@Override
		public void abandon() {
			synchronized (Supervisor.this.waiting) {
				Supervisor.this.listenerLost = true;
			}
		}

		/** In the order in which it would have been told. */
		@Override
		public void returned() {
			Consumer<StreamListener> signal = next();
			while (signal != null) {
				tell(signal);
				signal = next();
			}
		}

		private @Nullable Consumer<StreamListener> next() {
			synchronized (Supervisor.this.waiting) {
				Consumer<StreamListener> signal = Supervisor.this.waiting.poll();
				Supervisor.this.listenerLost = signal != null;
				return signal;
			}
		}

	}

}
