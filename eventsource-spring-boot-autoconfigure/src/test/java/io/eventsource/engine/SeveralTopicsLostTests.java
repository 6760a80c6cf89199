package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.EventFilter;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.EventTopics;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.TopicSettings;
import io.eventsource.UnknownTopics;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever happens to topics, a client that watches several over one connection, and
 * comes back for these or others, gets all that was published to each of them behind the
 * last id that it has, in order, or is told of which topic something is missing.
 */
class SeveralTopicsLostTests {

	private static final List<String> TOPICS = List.of("a", "b", "c", "d");

	private static final Duration LINGER = Duration.ofSeconds(10);

	@Property(tries = 300)
	void nothingIsLostUntold(@ForAll("steps") List<Step> steps, @ForAll OverflowStrategy overflow,
			@ForAll boolean filtered) {
		if (overflow == OverflowStrategy.BACKPRESSURE) {
			return;
		}
		try (Run run = new Run(overflow, filtered)) {
			steps.forEach(run::take);
			run.settle();
		}
	}

	@Provide
	Arbitrary<List<Step>> steps() {
		List<Action> actions = new ArrayList<>();
		for (Action action : Action.values()) {
			for (int i = 0; i < action.weight; i++) {
				actions.add(action);
			}
		}
		return Combinators
			.combine(Arbitraries.of(actions), Arbitraries.of(TOPICS),
					Arbitraries.of(TOPICS).set().ofMinSize(1).ofMaxSize(3), Arbitraries.integers().between(0, 2))
			.as(Step::new)
			.list()
			.ofMinSize(5)
			.ofMaxSize(50);
	}

	private enum Action {

		PUBLISH(10), PUBLISH_MUCH(1), COME_BACK(5), LEAVE(3), BLOCK(1), READ(2), WORK(3), WAIT(2);

		private final int weight;

		Action(int weight) {
			this.weight = weight;
		}

	}

	private record Step(Action action, String topic, Set<String> set, int visitor) {

	}

	/**
	 * An event as it was published, in the order of the family.
	 */
	private record Published(String topic, String data) {

	}

	/**
	 * A family with few topics, little memory and short logs.
	 */
	private static final class Run implements AutoCloseable {

		private final TestEngine engine = new TestEngine(1);

		private final EventTopics topics = EventTopics.create();

		private final TopicFamily family;

		private final boolean conflating;

		private final boolean filtered;

		private final List<Published> published = new ArrayList<>();

		private final List<Visitor> visitors = List.of(new Visitor(), new Visitor(), new Visitor());

		Run(OverflowStrategy overflow, boolean filtered) {
			this.conflating = overflow == OverflowStrategy.CONFLATE;
			this.filtered = filtered;
			EventFilter[] filters = filtered
					? new EventFilter[] { (event, client) -> isShown(index(String.valueOf(event.data()))) }
					: new EventFilter[0];
			this.family = new TopicFamily(this.engine, this.topics,
					StreamSettings.builder().bufferSize(8).overflow(overflow).build(),
					new TopicSettings(LINGER, 3, 20_000, UnknownTopics.ACCEPT, 4), filters);
		}

		private boolean isShown(int index) {
			return !this.filtered || index % 3 > 0;
		}

		private static int index(String data) {
			return Integer.parseInt(data.replace("x", ""));
		}

		void take(Step step) {
			Visitor visitor = this.visitors.get(step.visitor());
			switch (step.action()) {
				case PUBLISH -> publish(step.topic(), "");
				case PUBLISH_MUCH -> publish(step.topic(), "x".repeat(6000));
				case COME_BACK -> come(visitor, new ArrayList<>(new TreeSet<>(step.set())));
				case LEAVE -> leave(visitor);
				case BLOCK -> block(visitor);
				case READ -> read(visitor);
				case WORK -> this.engine.work();
				case WAIT -> this.engine.advance(LINGER.plusSeconds(1));
			}
		}

		private void publish(String topic, String padding) {
			String data = this.published.size() + padding;
			try {
				this.topics.publish(topic, "message", data);
			}
			catch (IllegalStateException ex) {
				// As many topics as there may be have clients
				return;
			}
			this.published.add(new Published(topic, data));
			awaitAppended(this.published.size());
		}

		/** What waits for a client that takes nothing does so for a moment only. */
		private void awaitAppended(long count) {
			for (int i = 1; this.family.snapshot().published() < count; i++) {
				if (i % 10_000 == 0) {
					this.engine.advance(Duration.ofMillis(1100));
				}
				Thread.yield();
			}
		}

		private void come(Visitor visitor, List<String> set) {
			if (visitor.client != null || this.family.refusal(set) != null) {
				return;
			}
			visitor.topics = set;
			if (visitor.lastId == null) {
				visitor.next = this.published.size();
			}
			visitor.client = this.family.connect(set, visitor.lastId);
			visitor.told.clear();
			if (visitor.lastId == null) {
				visitor.lastId = visitor.client.sink().connection().openingId();
			}
		}

		private void block(Visitor visitor) {
			if (visitor.client != null) {
				visitor.client.sink().block();
			}
		}

		private void read(Visitor visitor) {
			if (visitor.client != null) {
				visitor.client.sink().ready();
			}
		}

		private void leave(Visitor visitor) {
			if (visitor.client == null) {
				return;
			}
			// A few events in each turn, for which the connection has room
			for (int i = 0; i < 30; i++) {
				this.engine.work();
			}
			visitor.client.sink().connection().close(CloseReason.DISCONNECTED);
			String id = visitor.client.id();
			TestEngine.await().until(() -> !this.engine.listener().closed(id).isEmpty());
			this.engine.work();
			judge(visitor);
			visitor.client = null;
		}

		/**
		 * What a client has got since it came is what was published to its topics behind
		 * the place that it had, but for what it was told of before.
		 */
		private void judge(Visitor visitor) {
			for (Received event : visitor.client.sink().events()) {
				if (event.data().startsWith("{")) {
					visitor.told.add(event.data().replaceAll(".*\"topic\":\"|\".*", ""));
					continue;
				}
				int index = index(event.data());
				assertThat(isShown(index)).as("what the client may see").isTrue();
				assertThat(index).as("no event twice, and none out of order").isGreaterThanOrEqualTo(visitor.next);
				Published found = this.published.get(index);
				assertThat(visitor.topics).as("the topics asked for").contains(found.topic());
				requireTold(visitor, visitor.next, index);
				visitor.told.remove(found.topic());
				visitor.next = index + 1;
				assertThat(event.lastEventId()).endsWith("_" + found.topic());
				visitor.lastId = event.lastEventId();
			}
		}

		private void requireTold(Visitor visitor, int from, int to) {
			for (int i = from; i < to; i++) {
				String topic = this.published.get(i).topic();
				if (visitor.topics.contains(topic) && isShown(i) && !(this.conflating && isOvertaken(i))) {
					assertThat(visitor.told).as("%s of topic %s is missing", i, topic).contains(topic);
				}
			}
		}

		private boolean isOvertaken(int index) {
			String topic = this.published.get(index).topic();
			return IntStream.range(index + 1, this.published.size())
				.anyMatch((i) -> isShown(i) && this.published.get(i).topic().equals(topic));
		}

		/** In the end, everybody who is there has everything. */
		void settle() {
			this.visitors.forEach(this::read);
			this.engine.work();
			this.visitors.forEach(this::leave);
			for (Visitor visitor : this.visitors) {
				come(visitor, List.of("a", "b", "c"));
				boolean there = visitor.client != null;
				leave(visitor);
				if (there) {
					requireTold(visitor, visitor.next, this.published.size());
				}
			}
		}

		@Override
		public void close() {
			this.family.close();
			this.engine.close();
		}

	}

	/**
	 * One client, which comes and goes, for other topics each time.
	 */
	private static final class Visitor {

		private List<String> topics = List.of();

		/** From where on nothing was given to it. */
		private int next;

		private final Set<String> told = new TreeSet<>();

		private String lastId;

		private TestEngine.Client client;

	}

}
