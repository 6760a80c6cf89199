package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eventsource.CloseReason;
import io.eventsource.EventTopics;
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
 * Whatever happens to topics, a client that comes back gets all that was published to its
 * topic behind the last id that it has, or is told that something is missing.
 */
class TopicsLostTests {

	private static final List<String> TOPICS = List.of("a", "b", "c", "d");

	private static final Duration LINGER = Duration.ofSeconds(10);

	@Property(tries = 150)
	void nothingIsLostUntold(@ForAll("steps") List<Step> steps) {
		try (Run run = new Run()) {
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
		return Combinators.combine(Arbitraries.of(actions), Arbitraries.of(TOPICS))
			.as(Step::new)
			.list()
			.ofMinSize(5)
			.ofMaxSize(40);
	}

	private enum Action {

		PUBLISH(8), PUBLISH_MUCH(1), COME_BACK(4), COME_ANEW(1), LEAVE(3), WAIT(2), REST(3);

		private final int weight;

		Action(int weight) {
			this.weight = weight;
		}

	}

	private record Step(Action action, String topic) {

	}

	/**
	 * A family with few topics, little memory and short logs.
	 */
	private static final class Run implements AutoCloseable {

		private final TestEngine engine = new TestEngine(1);

		private final EventTopics topics = EventTopics.create();

		private final TopicFamily family = new TopicFamily(this.engine, this.topics,
				StreamSettings.builder().bufferSize(8).build(),
				new TopicSettings(LINGER, 3, 20_000, UnknownTopics.ACCEPT));

		private final Map<String, List<String>> published = new HashMap<>();

		private final Map<String, Visitor> visitors = new HashMap<>();

		private int count;

		void take(Step step) {
			switch (step.action()) {
				case PUBLISH -> publish(step.topic(), "");
				case PUBLISH_MUCH -> publish(step.topic(), "x".repeat(6000));
				case COME_BACK -> come(step.topic(), false);
				case COME_ANEW -> come(step.topic(), true);
				case LEAVE -> leave(step.topic());
				case REST -> this.engine.advance(Duration.ofSeconds(2));
				case WAIT -> this.engine.advance(LINGER.plusSeconds(1));
			}
		}

		private void publish(String topic, String padding) {
			String data = ++this.count + padding;
			try {
				this.topics.publish(topic, "message", data);
			}
			catch (IllegalStateException ex) {
				// As many topics as there may be have clients
				return;
			}
			this.published.computeIfAbsent(topic, (name) -> new ArrayList<>()).add(data);
		}

		private void come(String topic, boolean anew) {
			Visitor visitor = this.visitors.get(topic);
			if ((visitor != null && visitor.client != null) || this.family.refusal(topic) != null) {
				return;
			}
			if (visitor == null || anew) {
				visitor = new Visitor(published(topic).size());
				this.visitors.put(topic, visitor);
			}
			visitor.client = this.family.connect(topic, visitor.lastId);
			if (visitor.lastId == null) {
				visitor.lastId = visitor.client.sink().connection().openingId();
			}
		}

		private List<String> published(String topic) {
			return this.published.getOrDefault(topic, List.of());
		}

		private void leave(String topic) {
			Visitor visitor = this.visitors.get(topic);
			if (visitor == null || visitor.client == null) {
				return;
			}
			this.engine.work();
			visitor.client.sink().connection().close(CloseReason.DISCONNECTED);
			String id = visitor.client.id();
			// By an overflow where events had to leave before the worker had its turn
			TestEngine.await().until(() -> !this.engine.listener().closed(id).isEmpty());
			this.engine.work();
			judge(topic, visitor);
			visitor.client = null;
		}

		/** What a client has got since it came follows what it had, or a gap says so. */
		private void judge(String topic, Visitor visitor) {
			List<String> all = published(topic);
			for (String data : visitor.client.data()) {
				if (data.startsWith("{")) {
					visitor.told = true;
					continue;
				}
				int index = all.indexOf(data);
				assertThat(index).as("an event of topic %s", topic).isNotNegative();
				assertThat(index).as("no event twice, and none out of order").isGreaterThanOrEqualTo(visitor.next);
				assertThat(visitor.told || index == visitor.next)
					.as("%s of topic %s follows what the client has up to %s, or a gap", index, topic, visitor.next)
					.isTrue();
				visitor.next = index + 1;
				visitor.told = false;
			}
			if (!visitor.client.sink().lastEventId().isEmpty()) {
				visitor.lastId = visitor.client.sink().lastEventId();
			}
		}

		/** In the end, everybody who is there has everything. */
		void settle() {
			TOPICS.forEach((topic) -> come(topic, false));
			this.engine.work();
			for (String topic : TOPICS) {
				Visitor visitor = this.visitors.get(topic);
				if (visitor != null && visitor.client != null) {
					leave(topic);
					assertThat(visitor.next == published(topic).size() || visitor.told)
						.as("the client of topic %s has %s of %s", topic, visitor.next, published(topic).size())
						.isTrue();
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
	 * One client of a topic, which comes and goes.
	 */
	private static final class Visitor {

		private int next;

		private boolean told;

		private String lastId;

		private TestEngine.Client client;

		Visitor(int next) {
			this.next = next;
		}

	}

}
