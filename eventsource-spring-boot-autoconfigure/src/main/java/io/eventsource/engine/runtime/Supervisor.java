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
 * Calls the filters and listeners of one stream and handles the failures of all code that
 * the stream calls. Everything that is thrown ends here, checked exceptions and errors
 * included, and so does what is thrown while a failure is logged. A table in
 * {@code docs/concurrency.md} lists the consequences.
 */
public final class Supervisor {

	/** The number of threads that may be lost in the filters of one stream. */
	private static final int MAX_LOST_FILTERS = 4;

	/** The number of signals that are kept for a listener that is stuck. */
	private static final int MAX_WAITING = 10_000;

	private final String stream;

	private final StreamListener listener;

	/** One for each, so that failures of one do not suppress the log of another. */
	private final Map<Callee, ThrottledLog> logs = new EnumMap<>(Callee.class);

	private final AtomicInteger lostFilters = new AtomicInteger();

	private final Call listening = new Listening();

	/** The signals for a listener that is stuck, to be delivered when it returns. */
	private final Queue<Consumer<StreamListener>> waiting = new ArrayDeque<>();

	private volatile boolean listenerLost;

	public Supervisor(String stream, StreamListener listener, Log logger, LongSupplier clock) {
		this.stream = stream;
		this.listener = listener;
		for (Callee callee : Callee.values()) {
			this.logs.put(callee, new ThrottledLog(logger, clock));
		}
	}

	/**
	 * Runs an action whose failure is ignored, such as writing to the log.
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
	 * Sends a signal to the listener. Never throws. While a worker is stuck in the
	 * listener, the signals of the others wait until it returns.
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
	 * Asks a filter whether a client may see an event. If the filter fails, the event is
	 * hidden.
	 * @param call the call, which has to report to {@link #filterAbandoned} and
	 * {@link #filterReturned}
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
	 * Whether so many threads are stuck in the filters of this stream that the filters
	 * are not called any more.
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
	 * Logs a failure, at most once a minute, and tells the listener. Never throws.
	 */
	public void failed(Callee callee, Supplier<String> message, Throwable cause) {
		failed(callee, message, cause, cause);
	}

	/**
	 * Logs a failure, at most once a minute, and tells the listener. Never throws.
	 * @param logged the failure whose stack trace is logged; {@code null} for none
	 * @param cause the failure that the listener is told
	 */
	public void failed(Callee callee, Supplier<String> message, @Nullable Throwable logged, Throwable cause) {
		log(callee).warn(message, logged);
		Throwable failure = attempt((listener) -> listener.callFailed(this.stream, callee, cause));
		if (failure != null) {
			log(Callee.LISTENER).warn(() -> "A stream listener of stream '" + this.stream + "' failed", failure);
		}
	}

	/**
	 * The log for failures of the given kind in this stream.
	 */
	public ThrottledLog log(Callee callee) {
		return Objects.requireNonNull(this.logs.get(callee));
	}

	/**
	 * Logs a message at debug level. Never throws.
	 */
	public void debug(Supplier<String> message) {
		log(Callee.ENGINE).debug(message);
	}

	/**
	 * A call of the listener.
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

		/** Delivers the waiting signals in their order. */
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
