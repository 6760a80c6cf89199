package io.eventsource;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a call has come back or its thread was replaced is decided once, however close
 * the two come, and the thread that was replaced cleans up once.
 */
class WorkerThreadTests {

	private static final int ROUNDS = 3000;

	@Test
	void callThatComesBackAsItsThreadIsReplacedIsOneOrTheOther() throws Exception {
		int replaced = 0;
		int returned = 0;
		for (int round = 0; round < ROUNDS; round++) {
			Round current = new Round();
			if (current.play(round % 40)) {
				replaced++;
			}
			else {
				returned++;
			}
			assertThat(current.cleanedUp).hasValue(current.unwound.get() ? 1 : 0);
		}
		assertThat(replaced + returned).isEqualTo(ROUNDS);
	}

	/**
	 * One call, and one attempt to replace its thread.
	 */
	private static final class Round implements Call {

		private final CyclicBarrier begun = new CyclicBarrier(2);

		private final AtomicInteger cleanedUp = new AtomicInteger();

		private final AtomicReference<Boolean> unwound = new AtomicReference<>();

		boolean play(int delay) throws Exception {
			WorkerThread thread = new WorkerThread(this::work, "test");
			thread.start();
			this.begun.await();
			for (int i = 0; i < delay; i++) {
				Thread.onSpinWait();
			}
			boolean replaced = thread.replace(this);
			assertThat(thread.isReplaced()).isEqualTo(replaced);
			thread.join();
			assertThat(this.unwound.get()).isEqualTo(replaced);
			return replaced;
		}

		private void work() {
			WorkerThread self = (WorkerThread) Thread.currentThread();
			try {
				Call before = WorkerThread.enter(this);
				try {
					this.begun.await();
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
				WorkerThread.exit(this, before);
				this.unwound.set(false);
			}
			catch (WorkerReplaced ex) {
				this.unwound.set(true);
				self.cleanUp();
			}
		}

		@Override
		public Callee callee() {
			return Callee.SINK;
		}

		@Override
		public String subject() {
			return "a test";
		}

		@Override
		public void returned() {
			// What it calls now is its own business
			WorkerThread.exit(this, WorkerThread.enter(this));
			this.cleanedUp.incrementAndGet();
		}

	}

}
