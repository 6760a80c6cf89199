package io.eventsource;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The threads that wait until they can publish. One at a time waits for room, with an
 * encoded event in its hands; the others wait for their turn, and hold nothing meanwhile.
 * Guarded by the lock of the channel, but for {@link #isPressed}.
 */
final class PublisherQueue {

	private final ReentrantLock lock;

	private final Condition room;

	/** When nobody waits for room any more. */
	private final Condition turn;

	private boolean waiting;

	/** Whether somebody has waited in vain for so long that it is time to hurry. */
	private volatile boolean pressed;

	PublisherQueue(ReentrantLock lock) {
		this.lock = lock;
		this.room = lock.newCondition();
		this.turn = lock.newCondition();
	}

	/**
	 * Whether a thread waits for room.
	 */
	boolean isWaiting() {
		return this.waiting;
	}

	/**
	 * Whether the clients should be given up that hold up a publisher, since it throws
	 * soon otherwise.
	 */
	boolean isPressed() {
		return this.pressed;
	}

	/**
	 * Waits for room.
	 * @return whether there was room in time
	 */
	boolean awaitRoom(PublishDeadline deadline, BooleanSupplier ready) throws InterruptedException {
		try {
			while (!ready.getAsBoolean()) {
				this.waiting = true;
				if (!await(this.room, deadline)) {
					return false;
				}
			}
			return true;
		}
		finally {
			if (this.waiting) {
				this.waiting = false;
				this.turn.signalAll();
			}
		}
	}

	/**
	 * Waits until no other thread waits for room. Takes the lock itself.
	 * @return whether that was so in time
	 */
	boolean awaitTurn(PublishDeadline deadline, BooleanSupplier completed) throws InterruptedException {
		this.lock.lock();
		try {
			while (this.waiting && !completed.getAsBoolean()) {
				if (!await(this.turn, deadline)) {
					return false;
				}
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean await(Condition condition, PublishDeadline deadline) throws InterruptedException {
		long left = deadline.left();
		if (left <= 0) {
			return false;
		}
		// For half of the time first, so that clients can be given up before it is over
		long half = deadline.timeout() / 2;
		boolean early = left > half;
		this.pressed |= !early;
		condition.awaitNanos(early ? left - half : left);
		return true;
	}

	/**
	 * Lets the thread that waits for room look again, since an event was taken.
	 */
	void roomMade() {
		this.pressed = false;
		this.room.signal();
	}

	/**
	 * Lets all threads look again.
	 */
	void signalAll() {
		this.room.signalAll();
		this.turn.signalAll();
	}

}
