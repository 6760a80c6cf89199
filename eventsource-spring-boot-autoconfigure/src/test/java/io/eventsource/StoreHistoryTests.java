package io.eventsource;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * How the events of a store are read for a client that comes back.
 */
class StoreHistoryTests {

	private static final EventClient CLIENT = EventClient.builder("1", "orders").build();

	private final MemoryEvents events = new MemoryEvents(100);

	private final Pages store = new Pages(this.events);

	private final Set<String> taken = ConcurrentHashMap.newKeySet();

	@Test
	void readsEachPageUpToAnEventThatThisInstanceHas() {
		add(10);
		this.taken.add("1-10");
		assertThat(ids(after("1-2", Duration.ofSeconds(5)))).isEqualTo(idsOf(3, 11));
		assertThat(this.store.asked).containsExactly("1-2", "1-5", "1-8");
	}

	@Test
	void idThatTheStoreDoesNotKnowIsUnknown() {
		add(3);
		assertThat(after("1-4", Duration.ofSeconds(5))).isNull();
		assertThat(after("x", Duration.ofSeconds(5))).isNull();
	}

	@Test
	void nothingFollowsTheLastEventOnceThisInstanceHasIt() {
		add(3);
		this.taken.add("1-3");
		assertThat(after("1-3", Duration.ofSeconds(5))).isEmpty();
	}

	@Test
	void waitsForAnInstanceThatLagsBehindAndReadsWhatComesMeanwhile() {
		add(1);
		this.store.onceAsked.add(() -> {
		});
		this.store.onceAsked.add(() -> add(1));
		this.store.onceAsked.add(() -> this.taken.add("1-2"));
		assertThat(ids(after("1-1", Duration.ofSeconds(60)))).containsExactly("1-2");
	}

	@Test
	void failsIfThisInstanceDoesNotCatchUp() {
		add(2);
		Stream<Event> read = after("1-1", Duration.ZERO);
		assertThatIllegalStateException().isThrownBy(() -> ids(read)).withMessageContaining("has not taken");
	}

	@Test
	void endsIfTheStoreLosesWhatFollows() {
		add(2);
		this.store.onceAsked.add(() -> {
		});
		this.store.onceAsked.add(this.events::lose);
		assertThat(ids(after("1-1", Duration.ofSeconds(60)))).containsExactly("1-2");
	}

	@Test
	void interruptEndsTheWait() {
		add(1);
		Stream<Event> read = after("1-1", Duration.ofSeconds(60));
		Thread.currentThread().interrupt();
		assertThatIllegalStateException().isThrownBy(() -> ids(read)).withMessageContaining("Interrupted");
		assertThat(Thread.interrupted()).isTrue();
	}

	private Stream<Event> after(String id, Duration timeout) {
		return new StoreHistory(this.store, this.taken::contains, timeout).after(id, CLIENT, 100);
	}

	private void add(int count) {
		IntStream.range(0, count).forEach((i) -> this.events.add(Event.of("x")));
	}

	private static List<String> ids(Stream<Event> events) {
		return events.map(Event::id).toList();
	}

	private static List<String> idsOf(int from, int to) {
		return IntStream.range(from, to).mapToObj((i) -> "1-" + i).toList();
	}

	/**
	 * A store whose pages are short.
	 */
	private static final class Pages implements EventStore {

		private final MemoryEventStore store;

		private final List<String> asked = new ArrayList<>();

		/** What happens before each answer. */
		private final Queue<Runnable> onceAsked = new ArrayDeque<>();

		Pages(MemoryEvents events) {
			this.store = new MemoryEventStore(events);
		}

		@Override
		public List<Event> after(String id, int limit) {
			this.asked.add(id);
			if (!this.onceAsked.isEmpty()) {
				this.onceAsked.remove().run();
			}
			return this.store.after(id, Math.min(3, limit));
		}

		@Override
		public void append(Event event) {
			this.store.append(event);
		}

		@Override
		public void tail(Receiver receiver, int count, long bytes) {
			this.store.tail(receiver, count, bytes);
		}

		@Override
		public void stop() {
			this.store.stop();
		}

		@Override
		public boolean isOwn(String id) {
			return this.store.isOwn(id);
		}

		@Override
		public boolean isConnected() {
			return this.store.isConnected();
		}

	}

}
