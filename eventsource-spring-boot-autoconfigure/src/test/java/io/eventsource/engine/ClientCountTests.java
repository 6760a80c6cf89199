package io.eventsource.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.eventsource.CloseReason;
import io.eventsource.EventConnection;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.ManualWorker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A client that comes or goes while its stream is closed, or its publisher released.
 */
@Tag("interleavings")
class ClientCountTests {

	private static final int ORDERS = 150;

	private static final Duration LINGER = Duration.ofNanos(5);

	private final AtomicLong clock = new AtomicLong();

	private final Dispatcher dispatcher = new ManualWorker(Runnable::run, this.clock::get).dispatcher();

	@Test
	void clientThatComesWhileTheStreamIsClosedIsRefusedOrFound() {
		HandOver.check(ORDERS, () -> {
			ClientCount count = create();
			AtomicBoolean registered = new AtomicBoolean();
			AtomicBoolean refused = new AtomicBoolean();
			AtomicBoolean found = new AtomicBoolean();
			HandOver.run(() -> {
				count.close();
				found.set(registered.get());
			}, () -> refused.set(!admit(count, () -> registered.set(true))));
			HandOver.require(refused.get() != found.get(), "Refused " + refused + ", found " + found);
		});
	}

	@Test
	void clientThatComesWhileAllAreSentAwayIsRefusedOrFound() {
		HandOver.check(ORDERS, () -> {
			ClientCount count = create();
			AtomicBoolean registered = new AtomicBoolean();
			AtomicBoolean refused = new AtomicBoolean();
			AtomicBoolean found = new AtomicBoolean();
			HandOver.run(() -> {
				count.drain();
				found.set(registered.get());
			}, () -> refused.set(!admit(count, () -> registered.set(true))));
			HandOver.require(refused.get() != found.get(), "Refused " + refused + ", found " + found);
		});
	}

	@Test
	void epochDoesNotEndUnderAClientThatComes() {
		this.clock.set(10);
		HandOver.check(ORDERS, () -> {
			ClientCount count = create();
			EventLog log = new EventLog(2, 10_000, false, false, () -> 0L);
			String[] epoch = new String[1];
			HandOver.run(() -> count.runIfIdle(LINGER, log::renew), () -> admit(count, () -> epoch[0] = log.epoch()));
			HandOver.require(log.epoch().equals(epoch[0]), "The client has its place in an epoch that has ended");
		});
	}

	@Test
	void publisherIsNotReleasedWhenItsLastClientHasJustLeft() {
		this.clock.set(10);
		HandOver.check(ORDERS, () -> {
			ClientCount count = create();
			admit(count, () -> {
			});
			AtomicBoolean released = new AtomicBoolean();
			HandOver.run(() -> count.runIfIdle(LINGER, () -> released.set(true)), count::remove);
			HandOver.require(!released.get(), "The publisher was released before its time");
		});
	}

	private ClientCount create() {
		return new ClientCount("test", this.dispatcher);
	}

	private static boolean admit(ClientCount count, Runnable registration) {
		try {
			count.admit(() -> {
				registration.run();
				return new IdleConnection();
			});
			return true;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	/** A connection of which nothing is asked. */
	private static final class IdleConnection implements EventConnection {

		@Override
		public void writable() {
			throw new IllegalStateException("Not used");
		}

		@Override
		public void close(CloseReason reason) {
			throw new IllegalStateException("Not used");
		}

		@Override
		public void sendAway() {
			throw new IllegalStateException("Not used");
		}

		@Override
		public @Nullable String openingId() {
			return null;
		}

		@Override
		public void whenReleased(Runnable action) {
			throw new IllegalStateException("Not used");
		}

	}

}
