package io.eventsource.engine.source;

import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.engine.HandOver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Threads that ask a publisher for more at the same time.
 */
@Tag("interleavings")
class RequestTurnTests {

	private static final int ORDERS = 500;

	@Test
	void noMoreThanOneThreadAsksAtATime() {
		HandOver.check(ORDERS, () -> {
			RequestTurn turn = new RequestTurn();
			AtomicInteger asking = new AtomicInteger();
			Runnable task = () -> {
				if (turn.claim()) {
					HandOver.require(asking.incrementAndGet() == 1, "Two threads ask at the same time");
					asking.decrementAndGet();
					turn.release();
				}
			};
			HandOver.run(task, task);
			HandOver.require(turn.claim(), "The turn was not given back");
		});
	}

	@Test
	void noMoreThanOneThreadIsOnItsWayToAsk() {
		HandOver.check(ORDERS, () -> {
			RequestTurn turn = new RequestTurn();
			AtomicInteger queued = new AtomicInteger();
			Runnable task = () -> {
				if (turn.queue()) {
					queued.incrementAndGet();
				}
			};
			HandOver.run(task, task);
			HandOver.require(queued.get() == 1, "Two threads are on their way, or none");
			turn.dequeue();
			HandOver.require(turn.queue(), "No thread can be on its way any more");
		});
	}

}
