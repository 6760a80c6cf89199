package io.eventsource.engine.delivery;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import io.eventsource.StreamSettings;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.Worker;

/**
 * Decides when what has been published is sent: at once, or together with what else comes
 * within the flush interval.
 */
final class FlushSchedule {

	private final EventLog log;

	private final StreamSettings settings;

	private final LongSupplier clock;

	private final Worker worker;

	private final PassSignal pass;

	private final long interval;

	/** Whether the worker will look at what was published at the end of the interval. */
	private final AtomicBoolean announced = new AtomicBoolean();

	/** When the next events are to be sent, and what had been published by the last. */
	private volatile long nextFlush;

	private volatile long flushed;

	private volatile long flushedBytes;

	FlushSchedule(Delivery delivery, Worker worker, PassSignal pass) {
		this.log = delivery.log();
		this.settings = delivery.settings();
		this.clock = delivery.context().clock();
		this.worker = worker;
		this.pass = pass;
		this.interval = this.settings.connection().flushInterval().toNanos();
		this.nextFlush = this.clock.getAsLong();
	}

	/**
	 * Has what was published be sent in its time. Any thread; never blocks.
	 */
	void schedule() {
		long wait = (this.interval > 0) ? this.nextFlush - this.clock.getAsLong() : 0;
		if (wait <= 0 || isPlenty()) {
			this.pass.signal();
		}
		else if (!this.announced.get() && this.announced.compareAndSet(false, true)) {
			flushLater(wait);
		}
	}

	private void flushLater(long nanos) {
		try {
			this.worker.executeLater(this::flush, nanos);
		}
		catch (Throwable ex) {
			this.announced.set(false);
			this.pass.signalLater();
		}
	}

	/**
	 * Whether so much was published that nothing is gained by waiting, or clients would
	 * fall behind; or nothing will follow.
	 */
	private boolean isPlenty() {
		return this.log.bytes() - this.flushedBytes >= Math.min(Slice.MAX_BYTES, this.settings.buffer().memory() / 4)
				|| this.log.tail() - this.flushed >= this.settings.buffer().size() / 4 || this.log.hasEnded();
	}

	/**
	 * Ends the interval, unless events were sent out of turn meanwhile, which has begun a
	 * new one.
	 */
	private void flush() {
		long wait = this.nextFlush - this.clock.getAsLong();
		if (wait > 0) {
			flushLater(wait);
		}
		else {
			this.announced.set(false);
			this.pass.signal();
		}
	}

	/**
	 * Takes note of a pass, which sends what has been published.
	 * @param tail what came next in the log when the pass began
	 */
	void passed(long now, long tail) {
		if (this.interval > 0 && this.flushed < tail) {
			this.nextFlush = now + this.interval;
			this.flushed = tail;
			this.flushedBytes = this.log.bytes();
		}
	}

}
