package io.eventsource.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.EventClient;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hand-over between those who let a client in and those who revoke it, with the real
 * class: whatever the moment, one of them sees the other.
 */
class RevocationRaceTests {

	private static final int ROUNDS = 20_000;

	private final Revocations revocations = new Revocations();

	/** Who is in the stream, as its workers would see it. */
	private final Set<EventClient> present = ConcurrentHashMap.newKeySet();

	@Test
	void clientThatIsLetInAsItIsRevokedIsSeenByOneOfBoth() throws Exception {
		Random random = new Random(7);
		CyclicBarrier begin = new CyclicBarrier(3);
		CyclicBarrier end = new CyclicBarrier(3);
		AtomicBoolean out = new AtomicBoolean();
		AtomicBoolean allowed = new AtomicBoolean();
		int[] pauses = new int[2];
		EventClient[] client = new EventClient[1];
		List<Throwable> failures = new ArrayList<>();
		Thread admission = thread(begin, end, failures, () -> {
			pause(pauses[0]);
			Revocations.Mark mark = this.revocations.mark();
			if (allowed.get()) {
				this.present.add(client[0]);
				if (mark.revokes(client[0])) {
					out.set(true);
				}
			}
			else {
				out.set(true);
			}
		});
		Thread revocation = thread(begin, end, failures, () -> {
			pause(pauses[1]);
			// As an application does: takes the right, then ends what there is
			allowed.set(false);
			this.revocations.add((each) -> each.id().equals(client[0].id()));
			if (this.present.stream().anyMatch((each) -> each == client[0])) {
				out.set(true);
			}
		});
		for (int round = 0; round < ROUNDS; round++) {
			out.set(false);
			allowed.set(true);
			this.present.clear();
			client[0] = EventClient.builder("c" + round, "test").build();
			pauses[0] = random.nextInt(60);
			pauses[1] = random.nextInt(60);
			begin.await();
			end.await();
			assertThat(failures).isEmpty();
			assertThat(out.get()).as("round %d", round).isTrue();
		}
		admission.interrupt();
		revocation.interrupt();
		admission.join();
		revocation.join();
	}

	private static Thread thread(CyclicBarrier begin, CyclicBarrier end, List<Throwable> failures, Runnable action) {
		Thread thread = new Thread(() -> {
			try {
				while (true) {
					begin.await();
					try {
						action.run();
					}
					catch (Throwable ex) {
						failures.add(ex);
					}
					end.await();
				}
			}
			catch (Exception ex) {
				// The test is over
				Thread.currentThread().interrupt();
			}
		});
		thread.start();
		return thread;
	}

	private static void pause(int spins) {
		for (int i = 0; i < spins; i++) {
			Thread.onSpinWait();
		}
	}

}
