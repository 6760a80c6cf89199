package io.eventsource.web;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The threads on which output goes that may wait for a client, and the order of it.
 */
class SendingThreadsTests {

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final SendingThreads threads = new SendingThreads(this.executor, 2);

	private final CountDownLatch stuck = new CountDownLatch(1);

	@AfterEach
	void stop() {
		this.stuck.countDown();
		this.executor.shutdownNow();
	}

	@Test
	void tasksThatStandStillHoldUpNoOthers() throws Exception {
		for (int i = 0; i < 100; i++) {
			this.threads.execute(this::standStill);
		}
		CountDownLatch others = new CountDownLatch(50);
		for (int i = 0; i < 50; i++) {
			this.threads.execute(others::countDown);
		}
		assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.threads.count()).isLessThanOrEqualTo(2 + 2 * 100);
	}

	@Test
	void fewThreadsDoForTasksThatDoNotStandStill() throws Exception {
		CountDownLatch done = new CountDownLatch(10_000);
		AtomicInteger most = new AtomicInteger();
		AtomicInteger running = new AtomicInteger();
		for (int i = 0; i < 10_000; i++) {
			this.threads.execute(() -> {
				most.accumulateAndGet(running.incrementAndGet(), Math::max);
				running.decrementAndGet();
				done.countDown();
			});
		}
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		// Others may be counted as still where this machine is busy
		assertThat(most.get()).isLessThan(20);
	}

	@Test
	void threadsEndWhenThereIsNothingToDo() {
		this.threads.execute(() -> {
		});
		await().until(() -> this.threads.count() == 0);
		CountDownLatch done = new CountDownLatch(1);
		this.threads.execute(done::countDown);
		await().until(() -> done.getCount() == 0);
	}

	@Test
	void taskThatFailsEndsNoThreadsWork() {
		CountDownLatch done = new CountDownLatch(10);
		for (int i = 0; i < 10; i++) {
			this.threads.execute(() -> {
				done.countDown();
				throw new AssertionError("on purpose");
			});
		}
		await().until(() -> done.getCount() == 0);
		await().until(() -> this.threads.count() == 0);
	}

	@Test
	void threadThatCannotBeStartedIsTriedAgain() {
		AtomicInteger refusals = new AtomicInteger(3);
		Executor scarceExecutor = (task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new RejectedExecutionException("on purpose");
			}
			this.executor.execute(task);
		};
		SendingThreads scarce = new SendingThreads(scarceExecutor, 2);
		CountDownLatch done = new CountDownLatch(1);
		scarce.execute(done::countDown);
		await().until(() -> done.getCount() == 0);
	}

	@Test
	void tasksOfAConnectionRunOneAfterTheOther() {
		Http2Outputs outputs = new Http2Outputs(this.threads);
		outputs.execute("stuck", this::standStill);
		List<List<Integer>> done = new ArrayList<>();
		for (int connection = 0; connection < 10; connection++) {
			done.add(Collections.synchronizedList(new ArrayList<>()));
		}
		for (int i = 0; i < 1000; i++) {
			int task = i;
			for (int connection = 0; connection < 10; connection++) {
				List<Integer> tasks = done.get(connection);
				outputs.execute("c" + connection, () -> {
					tasks.add(task);
					if (task % 100 == 0) {
						throw new IllegalStateException("on purpose");
					}
				});
			}
		}
		List<Integer> all = IntStream.range(0, 1000).boxed().toList();
		await().untilAsserted(() -> assertThat(done).allSatisfy((tasks) -> assertThat(tasks).isEqualTo(all)));
	}

	private void standStill() {
		try {
			this.stuck.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
