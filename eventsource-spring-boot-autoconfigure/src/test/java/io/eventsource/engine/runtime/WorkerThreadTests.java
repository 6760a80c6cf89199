package io.eventsource.engine.runtime;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import io.eventsource.Callee;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a call has come back or its thread was replaced is decided once, however close
 * the two come, and the thread that was replaced cleans up once.
 */
class WorkerThreadTests {

	private static final int ROUNDS = 3000;

	private static final int CLOSE_ROUNDS = 20_000;

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

	@Test
	void callsThatComeBackAtTheVeryMomentAreOneOrTheOther() throws Exception {
		int replaced = 0;
		int returned = 0;
		while (replaced + returned < CLOSE_ROUNDS) {
			Calls calls = new Calls();
			WorkerThread thread = new WorkerThread(calls::work, "test");
			thread.start();
			boolean over = false;
			while (!over) {
				over = calls.tryToReplace(thread, replaced + returned);
				if (over) {
					replaced++;
				}
				else {
					returned++;
				}
			}
			thread.join();
			// As many calls have come back as could not be interrupted
			assertThat(calls.returned).isEqualTo(calls.failedToReplace);
		}
		assertThat(replaced).isPositive();
		assertThat(returned).isPositive();
	}

	/**
	 * Calls of one thread, each of which comes back while another thread tries to replace
	 * the first, until that succeeds. Both wait for each other by spinning, to be as
	 * close as can be.
	 */
	private static final class Calls implements Call {

		private volatile int begun;

		private volatile int tried;

		private volatile boolean over;

		private int returned;

		private int failedToReplace;

		boolean tryToReplace(WorkerThread thread, int round) {
			int number = this.tried + 1;
			waitUntil(() -> this.begun >= number);
			for (int i = round % 61; i > 0; i--) {
				Thread.onSpinWait();
			}
			boolean replaced = thread.replace(this);
			if (!replaced) {
				this.failedToReplace++;
			}
			this.over = replaced;
			this.tried = number;
			return replaced;
		}

		void work() {
			try {
				while (!this.over) {
					Call before = WorkerThread.enter(this);
					int number = this.begun + 1;
					this.begun = number;
					for (int i = number % 59; i > 0; i--) {
						Thread.onSpinWait();
					}
					WorkerThread.exit(this, before);
					this.returned++;
					waitUntil(() -> this.tried >= number);
				}
			}
			catch (WorkerReplaced ex) {
				// The end
			}
		}

		private static void waitUntil(BooleanSupplier condition) {
			for (int spins = 0; !condition.getAsBoolean(); spins++) {
				if (spins < 1000) {
					Thread.onSpinWait();
				}
				else {
					// The other one may need this processor
					Thread.yield();
				}
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
