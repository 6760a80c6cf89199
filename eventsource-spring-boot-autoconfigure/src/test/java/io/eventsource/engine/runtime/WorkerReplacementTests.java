package io.eventsource.engine.runtime;

import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.Callee;
import io.eventsource.engine.TestEngine;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A worker whose thread is replaced at any moment, with the real classes: each task runs
 * once or is told that it was interrupted, two threads are never at the worker's own
 * things at once, and none is missing in the end.
 */
class WorkerReplacementTests {

	private static final int TASKS = 20_000;

	private final Worker worker = new Worker("test", System::nanoTime,
			new ThrottledLog(LogFactory.getLog(WorkerReplacementTests.class), System::nanoTime));

	/** How many threads are at what belongs to the worker alone. */
	private final AtomicInteger inside = new AtomicInteger();

	private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();

	/** Not volatile: handed over from a thread to the next, or lost. */
	private int plain;

	@Test
	void eachTaskRunsOnceOrIsInterrupted() throws Exception {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		Random random = new Random(seed);
		AtomicBoolean over = new AtomicBoolean();
		AtomicInteger replaced = new AtomicInteger();
		this.worker.start();
		Thread watchdog = new Thread(() -> {
			Random moments = new Random(seed + 1);
			while (!over.get()) {
				WorkerThread thread = this.worker.thread();
				Call call = (thread != null) ? thread.call() : null;
				if (call != null && moments.nextInt(3) == 0 && this.worker.replace(thread, call)) {
					replaced.incrementAndGet();
				}
				pause(moments.nextInt(50));
			}
		});
		watchdog.start();
		List<Task> tasks = random.ints(TASKS, 0, 40).mapToObj(Task::new).toList();
		tasks.forEach(this.worker::execute);
		Task last = new Task(0);
		this.worker.execute(last);
		TestEngine.await().until(() -> last.ends.get() > 0);
		over.set(true);
		watchdog.join();
		TestEngine.await().until(() -> this.worker.lost() == 0);
		assertThat(this.violations).as("seed %d", seed).isEmpty();
		assertThat(tasks).as("seed %d", seed).allSatisfy((task) -> {
			assertThat(task.ends).hasValue(1);
			assertThat(task.returns.get()).isEqualTo(task.abandoned.get());
		});
		assertThat(replaced.get()).isPositive();
		AtomicInteger seen = new AtomicInteger();
		this.worker.execute(() -> seen.set(this.plain));
		TestEngine.await().until(() -> seen.get() > 0);
		assertThat(seen.get()).as("seed %d", seed).isEqualTo(2 * (TASKS + 1));
		this.worker.stop();
		this.worker.join(1000);
	}

	private static void pause(int spins) {
		for (int i = 0; i < spins; i++) {
			Thread.onSpinWait();
		}
	}

	/** Does something of its own before and after a call out of the engine. */
	private final class Task implements Worker.Task, Call {

		private final int duration;

		private final AtomicInteger ends = new AtomicInteger();

		private final AtomicInteger abandoned = new AtomicInteger();

		private final AtomicInteger returns = new AtomicInteger();

		Task(int duration) {
			this.duration = duration;
		}

		@Override
		public void run() {
			touch();
			Call before = WorkerThread.enter(this);
			try {
				pause(this.duration);
			}
			finally {
				WorkerThread.exit(this, before);
			}
			touch();
			this.ends.incrementAndGet();
		}

		private void touch() {
			if (WorkerReplacementTests.this.inside.incrementAndGet() != 1) {
				WorkerReplacementTests.this.violations.add("two threads at once");
			}
			WorkerReplacementTests.this.plain++;
			WorkerReplacementTests.this.inside.decrementAndGet();
		}

		@Override
		public void interrupted() {
			touch();
			this.ends.incrementAndGet();
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
		public void abandon() {
			this.abandoned.incrementAndGet();
		}

		@Override
		public void returned() {
			this.returns.incrementAndGet();
		}

	}

}
