package io.eventsource.engine.delivery;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.eventsource.CloseReason;
import io.eventsource.engine.HandOver;
import io.eventsource.engine.log.EventLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection of which the container and others report something while its worker looks.
 */
@Tag("interleavings")
class ClientCursorTests {

	private final Delivery delivery = TestDelivery.create(TestDelivery.context(() -> 1L),
			new EventLog(2, 10_000, false, false, () -> 0L));

	/** A pass may follow at once. */
	@Test
	void readinessIsThereWhenItIsSignalled() {
		AtomicReference<ClientCursor> cursor = new AtomicReference<>();
		AtomicBoolean seen = new AtomicBoolean();
		cursor.set(connect(() -> seen.set(!cursor.get().snapshot().blocked())));
		assertThat(cursor.get().snapshot().blocked()).isTrue();
		cursor.get().writable();
		assertThat(seen).isTrue();
	}

	@Test
	void reasonIsThereWhenTheEndIsSignalled() {
		AtomicReference<ClientCursor> cursor = new AtomicReference<>();
		AtomicReference<CloseReason> seen = new AtomicReference<>();
		cursor.set(connect(() -> seen.set(cursor.get().closing())));
		cursor.get().close(CloseReason.DISCONNECTED);
		assertThat(seen).hasValue(CloseReason.DISCONNECTED);
	}

	@Test
	void connectionIsClosedForTheReasonOfWhoeverWasFirst() {
		HandOver.check(60, () -> {
			ClientCursor cursor = connect(() -> {
			});
			CloseReason[] seen = new CloseReason[2];
			HandOver.run(() -> {
				cursor.close(CloseReason.DISCONNECTED);
				seen[0] = cursor.closing();
			}, () -> {
				cursor.close(CloseReason.REVOKED);
				seen[1] = cursor.closing();
			});
			HandOver.require(seen[0] == seen[1], "Closed for " + seen[0] + " and for " + seen[1]);
		});
	}

	private ClientCursor connect(Runnable signal) {
		return TestDelivery.connect(this.delivery, new CollectingSink(true), signal);
	}

}
