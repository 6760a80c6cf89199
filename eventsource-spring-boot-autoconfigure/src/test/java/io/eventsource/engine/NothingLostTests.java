package io.eventsource.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that come, are cut off at random moments, also before they were sent anything,
 * and come back with what a browser would have as its last id: in the end each has every
 * event since it first came, or was told of a gap in the place of those that are missing,
 * and none twice.
 * <p>
 * A failure names the seed: {@code -Deventsource.seed=} repeats the choices, though not
 * the timing of the threads.
 */
@Timeout(300)
class NothingLostTests {

	private static final int CLIENTS = 5;

	private static final int STEPS = 120;

	static Stream<Arguments> modes() {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		return Stream.of(Mode.values())
			.flatMap((mode) -> IntStream.range(0, 6).mapToObj((i) -> Arguments.of(mode, seed + 1000L * i)));
	}

	@ParameterizedTest(name = "{0}, -Deventsource.seed={1}")
	@MethodSource("modes")
	void eachClientHasEveryEventOrWasToldOfTheGap(Mode mode, long seed) {
		try (Run run = new Run(mode, new Random(seed))) {
			run.steps();
			run.end();
		}
	}

	/**
	 * What kind of stream.
	 */
	enum Mode {

		PLAIN, OWN_IDS, HISTORY, FILTER, FILTER_AND_HISTORY, OPAQUE_HISTORY_AND_FILTER, REPLAY, REPLAY_AND_FILTER, SKIP,
		REPLAY_AND_HISTORY;

		boolean is(String part) {
			return name().contains(part);
		}

		boolean hasOwnIds() {
			return is("OWN") || is("HISTORY");
		}

		StreamSettings settings(Random random) {
			return StreamSettings.builder()
				.bufferSize(2 + random.nextInt(30))
				.initialReplay(is("REPLAY") ? 1 + random.nextInt(2) : 0)
				.overflow(is("SKIP") ? OverflowStrategy.SKIP : OverflowStrategy.DISCONNECT)
				.maxEventSize(2000)
				.build();
		}

	}

	/**
	 * One server and its clients.
	 */
	private static final class Run implements AutoCloseable {

		private final TestEngine engine = new TestEngine();

		private final Mode mode;

		private final Random random;

		private final StreamSettings settings;

		private final List<Integer> store = Collections.synchronizedList(new ArrayList<>());

		private final List<Browser> browsers = new ArrayList<>();

		private ManualPublisher publisher = new ManualPublisher();

		private EventStream stream;

		/** The number of the next event. */
		private int next;

		Run(Mode mode, Random random) {
			this.mode = mode;
			this.random = random;
			this.settings = mode.settings(random);
			this.stream = start();
			IntStream.range(0, CLIENTS).forEach((i) -> this.browsers.add(new Browser(this)));
		}

		private EventStream start() {
			this.publisher = new ManualPublisher();
			EventStream started = this.engine.stream(this.publisher,
					(builder) -> builder.settings(this.settings)
						.filters(this.mode.is("FILTER") ? List.of((event, client) -> shows(event)) : List.of())
						.history(this.mode.is("HISTORY") ? new Store(this) : null));
			started.start();
			TestEngine.await()
				.until(() -> this.publisher.subscriptions() > 0 && !this.publisher.link().requests().isEmpty());
			return started;
		}

		void steps() {
			for (int i = 0; i < STEPS; i++) {
				int choice = this.random.nextInt(100);
				Browser browser = this.browsers.get(this.random.nextInt(CLIENTS));
				if (choice < 40) {
					publish((this.random.nextInt(4) == 0) ? this.random.nextInt(40) : 1 + this.random.nextInt(3));
				}
				else if (choice < 98) {
					browser.act();
				}
				else {
					restart();
				}
			}
		}

		private void publish(int events) {
			for (int i = 0; i < events; i++) {
				int number = this.next++;
				// A history must not return an event that is still to be published
				synchronized (this.store) {
					this.store.add(number);
					this.publisher.link().subscriber().onNext(event(number));
				}
			}
		}

		/** With events that come while there is no server. */
		private void restart() {
			this.browsers.forEach(Browser::cut);
			this.stream.close();
			int missed = this.random.nextInt(3);
			IntStream.range(0, missed).forEach((i) -> this.store.add(this.next++));
			this.stream = start();
		}

		void end() {
			while (!isSeen(this.next)) {
				publish(1);
			}
			publish(1);
			this.browsers.forEach(Browser::finish);
		}

		private Event event(int number) {
			Event.Builder event = Event.builder().data(isTooLarge(number) ? "x".repeat(3000) : "" + number);
			if (this.mode.hasOwnIds()) {
				event.id("e" + number);
			}
			return event.key(Integer.toString(number)).build();
		}

		private static boolean isTooLarge(int number) {
			return number % 13 == 12;
		}

		private boolean isHidden(int number) {
			return this.mode.is("FILTER") && (number / 3) % 2 == 0;
		}

		private boolean isSeen(int number) {
			return !isTooLarge(number) && !isHidden(number);
		}

		private boolean shows(Event event) {
			return !isHidden(Integer.parseInt(event.key()));
		}

		@Override
		public void close() {
			this.engine.close();
		}

	}

	private record Store(Run run) implements EventHistory {

		@Override
		public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
			if (!lastEventId.matches("e[0-9]+")) {
				return null;
			}
			int last = Integer.parseInt(lastEventId.substring(1));
			return List.copyOf(this.run.store)
				.stream()
				.filter((number) -> number > last)
				.limit(limit)
				.map(this.run::event);
		}

		@Override
		public boolean hasOpaqueIds() {
			return this.run.mode.is("OPAQUE");
		}

	}

	/**
	 * One client, and what it knows.
	 */
	private static final class Browser {

		private final Run run;

		private final List<String> received = new ArrayList<>();

		private @Nullable String lastEventId;

		private @Nullable Client client;

		/** The first event that it must not miss; -1 before it has come. */
		private int first = -1;

		Browser(Run run) {
			this.run = run;
		}

		void act() {
			if (this.client == null) {
				come((this.run.random.nextInt(3) == 0) ? 0 : this.run.random.nextInt(500));
			}
			else {
				cut();
			}
		}

		private void come(long bytes) {
			int next = this.run.next;
			Client opened = this.run.engine.connect(this.run.stream, this.lastEventId, new RecordingSink(0));
			if (this.run.random.nextInt(8) == 0) {
				// Cut off before the response has begun
				opened.sink().connection().close(CloseReason.DISCONNECTED);
				return;
			}
			this.client = opened;
			this.first = (this.first < 0) ? next : this.first;
			String opening = opened.sink().connection().openingId();
			this.lastEventId = (opening != null) ? opening : this.lastEventId;
			if (bytes > 0) {
				opened.sink().ready(bytes);
			}
		}

		void cut() {
			Client current = this.client;
			if (current == null) {
				return;
			}
			current.sink().connection().close(CloseReason.DISCONNECTED);
			TestEngine.await().until(current.sink()::isComplete);
			current.sink().leak(this.run.random.nextDouble());
			take(current);
			this.client = null;
		}

		private void take(Client current) {
			for (Received event : current.sink().events()) {
				this.received.add(event.type().equals("gap") ? "gap" : event.data());
			}
			String last = current.sink().lastEventId();
			this.lastEventId = last.isEmpty() ? this.lastEventId : last;
		}

		/** Takes all that there is. */
		void finish() {
			cut();
			String last = Integer.toString(this.run.next - 1);
			for (int i = 0; i < 100 && !this.received.contains(last); i++) {
				come(Long.MAX_VALUE);
				Client current = this.client;
				if (current != null) {
					TestEngine.await().until(() -> current.sink().data().contains(last) || current.sink().isComplete());
					cut();
				}
			}
			check();
		}

		private void check() {
			int expected = this.first;
			boolean told = false;
			for (String item : this.received) {
				if (item.equals("gap")) {
					told = true;
					continue;
				}
				int number = Integer.parseInt(item);
				if (number < this.first && expected == this.first) {
					// What a new client gets first
					continue;
				}
				assertThat(number).as("not twice: %s", this).isGreaterThanOrEqualTo(expected);
				if (!told) {
					assertThat(IntStream.range(expected, number).filter(this.run::isSeen)).as("untold: %s", this)
						.isEmpty();
					assertThat(IntStream.range(expected, number)
						.filter(Run::isTooLarge)
						.filter((n) -> !this.run.isHidden(n))).as("rejected: %s", this).isEmpty();
				}
				told = false;
				expected = number + 1;
			}
			assertThat(expected).as("whole: %s", this).isEqualTo(this.run.next);
		}

		@Override
		public String toString() {
			return "from " + this.first + ": " + this.received;
		}

	}

}
