package io.eventsource.redis.chaos;

import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.eventsource.EventPublicationException;

/**
 * Publishes numbered events, each once, on a thread of its own, and keeps in mind which
 * were confirmed.
 */
final class NumberingPublisher implements AutoCloseable {

	private final int id;

	private final Subject subject;

	private final Instance instance;

	private final Random random;

	private final Set<Numbered> confirmed = ConcurrentHashMap.newKeySet();

	private final Set<String> errors = ConcurrentHashMap.newKeySet();

	private final ReentrantLock lock = new ReentrantLock();

	private volatile boolean running = true;

	private int number;

	NumberingPublisher(int id, Subject subject, Instance instance, long seed) {
		this.id = id;
		this.subject = subject;
		this.instance = instance;
		this.random = new Random(seed);
		Thread thread = new Thread(this::run, "publisher-" + id);
		thread.setDaemon(true);
		thread.start();
	}

	Subject subject() {
		return this.subject;
	}

	private void run() {
		while (this.running) {
			publish();
			try {
				TimeUnit.MILLISECONDS.sleep(this.random.nextInt(10, 60));
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	private Numbered publish() {
		this.lock.lock();
		try {
			int padding = (this.random.nextInt(20) == 0) ? this.random.nextInt(8000) : this.random.nextInt(200);
			Numbered next = new Numbered(this.id, ++this.number);
			this.subject.publish(this.instance.server(), next.data(padding));
			this.confirmed.add(next);
			return next;
		}
		catch (EventPublicationException ex) {
			return null;
		}
		catch (RuntimeException ex) {
			if (!this.instance.isRestarting()) {
				this.errors.add(ex.toString());
			}
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** How many events were confirmed and not taken. */
	int confirmations() {
		return this.confirmed.size();
	}

	/** Publishes as fast as it can. */
	void burst(int count) {
		for (int i = 0; i < count; i++) {
			publish();
		}
	}

	/** Publishes nothing until it is told to proceed. */
	void pause() {
		this.lock.lock();
	}

	void proceed() {
		this.lock.unlock();
	}

	/**
	 * Publishes until an event is confirmed.
	 * @return the event, or {@code null} if none was in time
	 */
	Numbered publishLast(long deadline) {
		while (System.nanoTime() < deadline) {
			Numbered last = publish();
			if (last != null) {
				return last;
			}
		}
		return null;
	}

	/** Returns what was confirmed since this was asked last. */
	Set<Numbered> takeConfirmed() {
		Set<Numbered> taken = Set.copyOf(this.confirmed);
		this.confirmed.removeAll(taken);
		return taken;
	}

	/** Returns what should not have been thrown since this was asked last. */
	Set<String> takeErrors() {
		Set<String> taken = Set.copyOf(this.errors);
		this.errors.removeAll(taken);
		return taken;
	}

	@Override
	public void close() {
		this.running = false;
	}

}
