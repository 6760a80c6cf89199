package io.eventsource.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.StreamListener;
import io.eventsource.engine.runtime.ManualWorker;
import org.jspecify.annotations.Nullable;

/**
 * A stream and the threads that hand things over to each other. The worker has no thread
 * of its own: threads of the scene do what was asked of it, so that a scene is over as
 * soon as nothing is left to be done.
 */
final class HandOverScene {

	private static final int LONGEST_DELAY = 300;

	private final List<Thread> intake = Collections.synchronizedList(new ArrayList<>());

	private final AtomicLong clock = new AtomicLong();

	/** Whether no other thread is under way. */
	private volatile boolean alone = true;

	private volatile @Nullable Throwable failure;

	private final List<CloseReason> reasons = Collections.synchronizedList(new ArrayList<>());

	private final ManualPublisher publisher = new ManualPublisher();

	private final ManualWorker worker = new ManualWorker(this::runOnThread, this.clock::get);

	private final EventStream stream;

	HandOverScene(UnaryOperator<EventStreamBuilder> customizer) {
		this.stream = customizer.apply(EventStream.builder("scene", this.publisher, this.worker.dispatcher())
			.dataWriter(String::valueOf)
			.listener(new StreamListener() {

				@Override
				public void clientClosed(EventClient client, CloseReason reason) {
					HandOverScene.this.reasons.add(reason);
				}

			})).build();
	}

	/**
	 * Makes a scene whose stream has subscribed, and which has done all there is to do.
	 */
	static HandOverScene begin(UnaryOperator<EventStreamBuilder> customizer) {
		HandOverScene scene = new HandOverScene(customizer);
		scene.stream.start();
		scene.finish();
		return scene;
	}

	/** By the thread that asks for it, where nothing else goes on, which costs less. */
	private void runOnThread(Runnable task) {
		if (this.alone) {
			task.run();
		}
		else {
			Thread thread = new Thread(task, "intake");
			this.intake.add(thread);
			thread.start();
		}
	}

	EventStream stream() {
		return this.stream;
	}

	ManualPublisher publisher() {
		return this.publisher;
	}

	ManualWorker worker() {
		return this.worker;
	}

	/** Why clients were closed, as far as that was told. */
	List<CloseReason> reasons() {
		return this.reasons;
	}

	SceneSink connect() {
		return connect(new SceneSink());
	}

	/**
	 * Connects a client, of which no pass has been told yet.
	 */
	SceneSink connect(SceneSink sink) {
		EventClient client = EventClient.builder("client", "scene").lastEventId(sink.lastEventId()).build();
		sink.open(this.stream.connect(client, sink));
		return sink;
	}

	/** Turns the clock, without anybody looking at it. */
	void turn(long seconds) {
		this.clock.addAndGet(seconds * 1_000_000_000L);
	}

	/**
	 * Runs the worker and others at the same time, each a little later than it could, and
	 * then what is left to be done.
	 */
	void run(Runnable... others) {
		this.alone = false;
		AtomicInteger absent = new AtomicInteger(others.length + 1);
		List<Thread> threads = new ArrayList<>();
		threads.add(this.worker.thread(() -> await(absent)));
		for (Runnable other : others) {
			threads.add(new Thread(() -> {
				await(absent);
				attempt(other);
			}));
		}
		threads.forEach(Thread::start);
		threads.forEach(HandOverScene::join);
		joinIntake();
		this.alone = true;
		finish();
		if (this.failure != null) {
			throw new AssertionError("A thread has failed", this.failure);
		}
	}

	/** Waits for the other threads, and for a moment that is another one each time. */
	private static void await(AtomicInteger absent) {
		absent.decrementAndGet();
		while (absent.get() > 0) {
			Thread.yield();
		}
		for (int spins = ThreadLocalRandom.current().nextInt(LONGEST_DELAY); spins > 0; spins--) {
			Thread.onSpinWait();
		}
	}

	private void attempt(Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			this.failure = ex;
		}
	}

	/**
	 * Does what is left to be done.
	 */
	void finish() {
		this.worker.runPending();
	}

	private void joinIntake() {
		for (int i = 0; i < this.intake.size(); i++) {
			join(this.intake.get(i));
		}
	}

	static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
