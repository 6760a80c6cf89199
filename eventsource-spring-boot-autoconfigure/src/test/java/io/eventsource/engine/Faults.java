package io.eventsource.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.engine.runtime.Dispatcher;

/**
 * Makes one place of a test fail, once or always: by an exception of some kind, or by
 * standing still until the test lets it go on.
 */
final class Faults {

	private final Place place;

	private final Kind kind;

	private final boolean always;

	private final AtomicInteger hits = new AtomicInteger();

	private final CountDownLatch released = new CountDownLatch(1);

	private volatile boolean armed;

	Faults(Place place, Kind kind, boolean always) {
		this.place = place;
		this.kind = kind;
		this.always = always;
	}

	/**
	 * Lets the place fail from now on.
	 */
	void arm() {
		this.armed = true;
	}

	/**
	 * Lets no place fail any more, and what stands still go on.
	 */
	void disarm() {
		this.armed = false;
		this.released.countDown();
	}

	/**
	 * How often the place has failed.
	 */
	int hits() {
		return this.hits.get();
	}

	/**
	 * Called at each place, which fails here if it is the one.
	 */
	void at(Place current) {
		if (!this.armed || current != this.place || isElsewhere()) {
			return;
		}
		if (this.hits.getAndIncrement() > 0 && !this.always) {
			return;
		}
		switch (this.kind) {
			case UNCHECKED -> throw new UnsupportedOperationException("injected at " + current);
			case CHECKED -> throw Faults.<RuntimeException>sneaky(new java.io.IOException("injected at " + current));
			case ERROR -> throw new AssertionError("injected at " + current);
			case STALL -> stall();
		}
	}

	/** A worker is to stand still, where other threads make the same call. */
	private boolean isElsewhere() {
		return this.kind == Kind.STALL && this.place.isOnWorker() && !Dispatcher.isWorkerThread();
	}

	private void stall() {
		try {
			if (!this.released.await(60, TimeUnit.SECONDS)) {
				throw new IllegalStateException("The test has forgotten to end a stall");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> T sneaky(Throwable failure) throws T {
		throw (T) failure;
	}

	/**
	 * What is called by the engine.
	 */
	public enum Place {

		FILTER(true), LISTENER_OPENED(false), LISTENER_CLOSED(true), LISTENER_MISSED(true), LISTENER_REJECTED(false),
		LISTENER_FILTER_FAILED(true), LISTENER_FLUSHED(true), LISTENER_PUBLISHER_FAILED(false),
		LISTENER_CALL_FAILED(false), WRITER(false), MAPPING(false), SINK_READY(true), SINK_WRITE(true),
		SINK_FLUSH(true), SINK_COMPLETE(true), SINK_NEVER_READY(true), EXECUTOR(true), CLOCK(true),
		HISTORY_AFTER(false), HISTORY_NEXT(false), HISTORY_CLOSE(false), PUBLISHER_SUBSCRIBE(false),
		PUBLISHER_REQUEST(false), PUBLISHER_CANCEL(false), CONDITION(true);

		private final boolean onWorker;

		Place(boolean onWorker) {
			this.onWorker = onWorker;
		}

		/**
		 * Whether it is a worker that calls, in the case that is provoked.
		 */
		boolean isOnWorker() {
			return this.onWorker;
		}

		boolean isListener() {
			return name().startsWith("LISTENER_");
		}

	}

	/**
	 * How it fails.
	 */
	public enum Kind {

		UNCHECKED, CHECKED, ERROR, STALL

	}

}
