package io.eventsource.engine.delivery;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.PublisherPace;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.runtime.ManualWorker;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Worker;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients who have everything are looked at seldom, and miss nothing by that.
 */
class GroupRestTests {

	private static final long TICK = 100_000_000L;

	private static final long SECOND = 10 * TICK;

	private final AtomicLong clock = new AtomicLong(SECOND);

	private final StreamContext context = TestDelivery.context(this.clock::get);

	private final ManualWorker worker = new ManualWorker(Runnable::run, this.clock::get);

	private final EventLog log = new EventLog(10, 10_000, false, false, this.clock::get);

	private final Contention contention = new Contention(() -> PublisherPace.WAITS, SECOND);

	private final Progress progress = new Progress();

	private final ClientGroup group = group();

	private ClientGroup group() {
		ClientGroup made = new ClientGroup(TestDelivery.create(this.context, this.log), this.contention.share(),
				this.progress, worker());
		worker().startTicking(made.ticker());
		return made;
	}

	private Worker worker() {
		return this.worker.dispatcher().worker(0);
	}

	private void connect(CollectingSink sink) {
		this.group.admit(TestDelivery.client(null), sink).writable();
		this.worker.runPending();
	}

	private void publish() {
		this.log.append(TestDelivery.encode(Event.of("a")));
		this.group.scheduleFlush();
		this.worker.runPending();
	}

	private void pass(int ticks) {
		for (int i = 0; i < ticks; i++) {
			this.clock.addAndGet(TICK);
			worker().tick();
			this.worker.runPending();
		}
	}

	@Test
	void clientWithEverythingIsNotLookedAt() {
		connect(new CollectingSink(true));
		pass(1);
		int before = this.progress.count.get();
		pass(100);
		assertThat(this.progress.count).hasValue(before);
	}

	@Test
	void eventIsSentAtOnceAndDoesNotEndTheRest() {
		CollectingSink sink = new CollectingSink(true);
		connect(sink);
		pass(10);
		publish();
		assertThat(sink.written()).contains("data: a");
		int before = this.progress.count.get();
		pass(100);
		assertThat(this.progress.count).hasValue(before);
	}

	@Test
	void clientThatTakesNothingIsLookedAtOnEveryTick() {
		CollectingSink sink = new CollectingSink(false);
		connect(sink);
		publish();
		int before = this.progress.count.get();
		pass(10);
		assertThat(this.progress.count).hasValue(before + 10);
	}

	@Test
	void heartbeatComesInTime() {
		CollectingSink sink = new CollectingSink(true);
		connect(sink);
		long interval = this.context.settings().connection().heartbeat().interval().toNanos();
		pass((int) (interval / TICK) - 1);
		assertThat(sink.written()).isEmpty();
		pass(1);
		assertThat(sink.written()).isEqualTo(":\n");
		pass((int) (interval / TICK));
		assertThat(sink.written()).isEqualTo(":\n:\n");
	}

	/** As when the machine stands still. */
	@Test
	void heartbeatComesAfterALeapOfTime() {
		CollectingSink sink = new CollectingSink(true);
		connect(sink);
		pass(1);
		this.clock.addAndGet(60 * SECOND);
		pass(1);
		assertThat(sink.written()).isEqualTo(":\n");
	}

	@Test
	void clientIsSentAwayInTime() {
		CollectingSink sink = new CollectingSink(true);
		connect(sink);
		pass(50);
		this.group.drain(0);
		this.worker.runPending();
		pass(21);
		assertThat(sink.completions()).isOne();
	}

	@Test
	void allAreClosedAtOnce() {
		CollectingSink sink = new CollectingSink(true);
		connect(sink);
		pass(50);
		this.group.close(CloseReason.SHUTDOWN);
		this.worker.runPending();
		assertThat(sink.completions()).isOne();
	}

	/** Clients of another worker have held up others meanwhile. */
	@Test
	void timeInWhichTheClientHadEverythingIsNotCounted() {
		FullSink sink = new FullSink();
		connect(sink);
		pass(1);
		Contention.Share other = this.contention.share();
		for (int i = 0; i < 500; i++) {
			other.advance(this.clock.get());
			other.report(2, 1);
			pass(1);
		}
		sink.full = true;
		publish();
		assertThat(this.group.floor().demanded()).isZero();
	}

	/**
	 * Counts how often somebody looked at the clients.
	 */
	private static final class Progress implements DeliveryListener {

		private final AtomicInteger count = new AtomicInteger();

		@Override
		public void flushed(Frame first) {
			// Of no interest
		}

		@Override
		public void progressed() {
			this.count.incrementAndGet();
		}

		@Override
		public void closed(EventClient client, CloseReason reason) {
			// Of no interest
		}

	}

	/**
	 * Takes nothing any more from some time on.
	 */
	private static final class FullSink extends CollectingSink {

		private boolean full;

		FullSink() {
			super(true);
		}

		@Override
		public boolean isReady() {
			return !this.full;
		}

	}

}
