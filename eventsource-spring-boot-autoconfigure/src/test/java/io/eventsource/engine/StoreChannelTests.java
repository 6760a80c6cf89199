package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventPublicationException;
import io.eventsource.EventStore;
import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.GapCause;
import io.eventsource.OverflowStrategy;
import io.eventsource.RecordingSubscriber;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.StartPositions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Channels whose events come from elsewhere.
 */
class StoreChannelTests {

	private final TestEngine engine = new TestEngine();

	private final ManualStore store = new ManualStore();

	private final EventChannel channel = EventChannel.over(this.store, String::valueOf, Duration.ofSeconds(5));

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void publishedEventsComeBackFromTheStoreAlone() {
		Client client = this.engine.connect(this.engine.stream(this.channel));
		this.channel.publish("message", "a");
		assertThat(this.store.published).extracting(Event::data).containsExactly("a");
		this.store.receiver().deliver(event(7));
		client.awaitData("event 7");
		assertThat(client.sink().events().get(0).lastEventId()).isEqualTo("id-7");
	}

	/** The ids are the store's; such a client is sent none but a publisher's. */
	@Test
	void clientThatKeepsNoPositionsIsNotSentTheIdsOfTheStore() {
		this.store.known = "id-0";
		EventStream stream = this.engine.stream(this.channel);
		Client keeping = this.engine.connect(stream);
		RecordingSink plain = new RecordingSink(Long.MAX_VALUE) {

			@Override
			public boolean keepsPositions() {
				return false;
			}

		};
		Client client = this.engine.connect(stream, "id-0", plain);
		client.awaitData("from the store");
		this.store.receiver().deliver(event(7));
		this.store.receiver().deliver(Event.builder().id("id-8").comment("c").type("t").data("x\ny").build());
		client.awaitData("from the store", "event 7", "x\ny");
		keeping.awaitData("event 7", "x\ny");
		assertThat(plain.events()).extracting(Received::lastEventId).containsOnly("");
		assertThat(plain.events().get(2).type()).isEqualTo("t");
		assertThat(plain.comments()).containsExactly("c");
		assertThat(keeping.sink().events()).extracting(Received::lastEventId).containsExactly("id-7", "id-8");
	}

	/** A comment takes effect without an empty line, and tells nobody a position. */
	@Test
	void commentOfTheStoreIsSentLikeAnyOther() {
		EventStream stream = this.engine.stream(this.channel,
				(builder) -> builder.filters(List.of((event, client) -> !"hidden".equals(event.type()))));
		RecordingSink sink = new RecordingSink(Long.MAX_VALUE);
		Client client = this.engine.connect(stream, null, sink);
		this.store.receiver().deliver(event(1));
		client.awaitData("event 1");
		this.store.receiver().deliver(Event.builder().id("id-2").type("hidden").data("x").build());
		this.store.receiver().deliver(Event.builder().id("id-3").comment("c").build());
		TestEngine.await().until(() -> sink.comments().contains("c"));
		assertThat(sink.lastEventId()).isEqualTo("id-1");
		assertThat(this.store.receiver().has("id-3")).isTrue();
		this.engine.advance(Duration.ofSeconds(20));
		TestEngine.await().until(() -> !sink.lastEventId().equals("id-1"));
		assertThat(new StartPositions(stream.log()).find(sink.lastEventId(), 0).position()).isEqualTo(3);
	}

	@Test
	void failureToPublishReachesThePublisher() {
		this.store.failure = new EventPublicationException("away", null);
		assertThatExceptionOfType(EventPublicationException.class)
			.isThrownBy(() -> this.channel.publish("message", "a"))
			.withMessage("away");
	}

	@Test
	void clientThatWasAwayWhileOlderEventsCameInLateIsToldThatItMayHaveMissedSome() {
		EventStream stream = this.engine.stream(this.channel);
		Client quiet = this.engine.connect(stream);
		String opening = quiet.sink().connection().openingId();
		quiet.sink().connection().close(CloseReason.DISCONNECTED);
		quiet.awaitClosed(CloseReason.DISCONNECTED);
		this.store.receiver().preload(List.of(event(1), event(2)));
		this.engine.connect(stream, opening).awaitData("{\"cause\":\"restarted\"}", "event 1", "event 2");
	}

	@Test
	void eventsThatNoStreamCouldSendAreNotStored() {
		this.engine.stream(this.channel, StreamSettings.builder().maxEventSize(100).build()).start();
		this.channel.publish(Event.of("x"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.channel.publish(Event.of("x".repeat(200))))
			.withMessageContaining("max-event-size");
		assertThatIllegalArgumentException().isThrownBy(() -> this.channel.publish(event(1)))
			.withMessageContaining("must not have an id");
		assertThat(this.store.published).extracting(Event::data).containsExactly("x");
	}

	@Test
	void dataIsStoredAsText() {
		EventChannel numbers = EventChannel.over(this.store, (data) -> "written " + data, Duration.ofSeconds(5));
		numbers.publish(Event.builder().type("t").key("k").comment("c").data(42).build());
		assertThat(this.store.published).singleElement()
			.usingRecursiveComparison()
			.isEqualTo(Event.builder().type("t").key("k").comment("c").data("written 42").build());
	}

	@Test
	void latestEventsAreThereForClientsThatResumeAndNotSentToOthers() {
		this.store.latest = events(0, 5);
		EventStream stream = this.engine.stream(this.channel, StreamSettings.builder().initialReplay(2).build());
		stream.start();
		Client early = this.engine.connect(stream, "id-4");
		this.engine.connect(stream, "id-1").awaitData("event 2", "event 3", "event 4");
		Client newcomer = this.engine.connect(stream);
		newcomer.awaitData("event 3", "event 4");
		this.store.receiver().deliver(event(5));
		early.awaitData("event 5");
		newcomer.awaitData("event 3", "event 4", "event 5");
		this.engine.connect(stream, "id-4").awaitData("event 5");
		assertThat(stream.snapshot().published()).isOne();
		TestEngine.await().until(() -> stream.snapshot().delivered() == 9);
	}

	@Test
	void preloadedEventsLeaveTheLogLikeOthers() {
		EventStream stream = this.engine.stream(this.channel, StreamSettings.builder().bufferSize(4).build());
		stream.start();
		this.store.receiver().preload(events(0, 10));
		this.engine.connect(stream, "id-7").awaitData("event 8", "event 9");
		Client evicted = this.engine.connect(stream, "id-3");
		evicted.awaitData("{\"cause\":\"evicted\"}", "event 6", "event 7", "event 8", "event 9");
		IntStream.range(10, 13).mapToObj(StoreChannelTests::event).forEach(this.store.receiver()::deliver);
		evicted.awaitEvents(8);
		this.engine.connect(stream, "id-7")
			.awaitData("{\"cause\":\"evicted\"}", "event 9", "event 10", "event 11", "event 12");
		this.engine.connect(stream, "id-9").awaitData("event 10", "event 11", "event 12");
	}

	@Test
	void preloadedEventsTakeNoMoreMemoryThanOthers() {
		EventStream stream = this.engine.stream(this.channel,
				StreamSettings.builder().maxEventSize(100).bufferMemory(900).build());
		stream.start();
		this.store.receiver().preload(events(0, 10));
		// Each takes 24 bytes, and about 200 for what is kept with it
		this.engine.connect(stream, "id-6").awaitData("event 7", "event 8", "event 9");
		this.engine.connect(stream, "id-5")
			.awaitData("{\"cause\":\"evicted\"}", "event 6", "event 7", "event 8", "event 9");
	}

	@Test
	void newestPreloadedEventOfAKeyStandsForTheOlderOnes() {
		EventStream stream = this.engine.stream(this.channel,
				StreamSettings.builder().overflow(OverflowStrategy.CONFLATE).bufferSize(4).build());
		stream.start();
		this.store.receiver().preload(IntStream.range(0, 4).mapToObj(StoreChannelTests::large).toList());
		// Takes one event, which no other fits in one write with
		Client slow = this.engine.connect(stream, "id-0", new RecordingSink(1));
		TestEngine.await().until(() -> slow.sink().writes().size() == 1);
		IntStream.range(4, 6).mapToObj(StoreChannelTests::large).forEach(this.store.receiver()::deliver);
		this.engine.tick();
		slow.sink().ready();
		TestEngine.await()
			.untilAsserted(() -> assertThat(slow.data().stream().map((data) -> data.substring(0, 7)))
				.containsExactly("event 1", "event 4", "event 5"));
		assertThat(slow.missed()).isEmpty();
	}

	private static Event large(int number) {
		return Event.builder()
			.id("id-" + number)
			.key("key " + number % 2)
			.data("event " + number + " " + "x".repeat(40_000))
			.build();
	}

	@Test
	void clientsThatCameBeforeTheStoreWasReachedAreTold() {
		EventStream stream = this.engine.stream(this.channel);
		Client early = this.engine.connect(stream);
		this.store.receiver().preload(events(0, 3));
		this.store.receiver().deliver(event(3));
		early.awaitData("{\"cause\":\"unknown\"}", "event 3");
		TestEngine.await().untilAsserted(() -> assertThat(early.missed()).containsExactly("UNKNOWN"));
	}

	@Test
	void withoutClientsNobodyIsTold() {
		EventStream stream = this.engine.stream(this.channel);
		stream.start();
		this.store.receiver().preload(events(0, 3));
		this.store.receiver().deliver(event(3));
		this.engine.connect(stream, "id-1").awaitData("event 2", "event 3");
	}

	@Test
	void missedEventsAreToldInTheirPlace() {
		EventStream stream = this.engine.stream(this.channel);
		Client client = this.engine.connect(stream);
		this.store.receiver().deliver(event(1));
		this.store.receiver().missed(GapCause.EVICTED);
		this.store.receiver().deliver(event(9));
		client.awaitData("event 1", "{\"cause\":\"evicted\"}", "event 9");
		assertThat(client.sink().events()).extracting(EventStreamReader.Received::lastEventId)
			.containsExactly("id-1", "id-1", "id-9");
		this.engine.connect(stream, "id-1").awaitData("{\"cause\":\"evicted\"}", "event 9");
		this.engine.connect(stream, "id-9");
		TestEngine.await().untilAsserted(() -> assertThat(client.missed()).containsExactly("EVICTED"));
	}

	@Test
	void whereGapEventsAreSwitchedOffNobodyIsToldInTheMidst() {
		Client client = this.engine
			.connect(this.engine.stream(this.channel, StreamSettings.builder().gapEvent("").build()));
		this.store.receiver().missed(GapCause.EVICTED);
		this.store.receiver().deliver(event(9));
		client.awaitData("event 9");
	}

	@Test
	void storeKnowsHowManyEventsTheStreamTakes() {
		EventStream stream = this.engine.stream(this.channel,
				StreamSettings.builder().overflow(OverflowStrategy.BACKPRESSURE).bufferSize(10).build());
		Client blocked = this.engine.connectBlocked(stream);
		// Before the first event each may be as large as the settings allow
		assertThat(this.store.receiver().room()).isEqualTo(15);
		assertThat(this.store.count).isEqualTo(10);
		IntStream.range(0, 30).mapToObj(StoreChannelTests::event).forEach(this.store.receiver()::deliver);
		assertThat(this.store.receiver().room()).isEqualTo(1024 - 20);
		blocked.sink().ready();
		blocked.awaitEvents(30);
		TestEngine.await().until(() -> this.store.receiver().room() == 1024);
	}

	@Test
	void storeIsAskedBeforeTheHistoriesOfTheApplication() {
		this.store.known = "id-3";
		EventStream stream = this.engine.stream(this.channel,
				(builder) -> builder.history((lastEventId, client, limit) -> Stream.of(Event.of("archived"))));
		stream.start();
		this.engine.connect(stream, "id-3").awaitData("from the store");
		this.engine.connect(stream, "id-2").awaitData("archived");
	}

	@Test
	void streamWhoseStoreIsAwayIsNotLive() {
		EventStream stream = this.engine.stream(this.channel);
		stream.start();
		assertThat(stream.snapshot().state()).isEqualTo(State.LIVE);
		this.store.connected = false;
		assertThat(stream.snapshot().state()).isEqualTo(State.RESTARTING);
	}

	@Test
	void storeIsStoppedWithTheLastSubscriberAndBeginsAgainWithTheNext() {
		EventStream first = this.engine.stream(this.channel);
		first.start();
		assertThat(this.store.attached).isNotNull();
		first.close();
		TestEngine.await().until(() -> this.store.attached == null);
		EventStream second = this.engine.stream(this.channel);
		Client client = this.engine.connect(second);
		this.store.receiver().deliver(event(1));
		client.awaitData("event 1");
	}

	@Test
	void storeIsStoppedIfTheSubscriberGoesBeforeItHasBegun() {
		RecordingSubscriber subscriber = new RecordingSubscriber(10);
		this.store.whileBeginning = subscriber::cancel;
		this.channel.subscribe(subscriber);
		assertThat(this.store.attached).isNull();
		RecordingSubscriber next = new RecordingSubscriber(10);
		this.store.whileBeginning = () -> {
		};
		this.channel.subscribe(next);
		this.store.receiver().deliver(event(1));
		assertThat(next.received()).containsExactly("event 1");
		assertThat(subscriber.received()).isEmpty();
	}

	@Test
	void whatAStoppedStoreStillDeliversReachesNoLaterSubscriber() {
		RecordingSubscriber first = new RecordingSubscriber(10);
		this.channel.subscribe(first);
		EventStore.Receiver stale = this.store.receiver();
		first.cancel();
		EventStream stream = this.engine.stream(this.channel);
		Client client = this.engine.connect(stream);
		stale.preload(events(0, 2));
		stale.deliver(event(2));
		stale.missed(GapCause.EVICTED);
		this.store.receiver().deliver(event(3));
		client.awaitData("event 3");
	}

	@Test
	void completedChannelTakesNothingMoreAndItsStreamEnds() {
		Client client = this.engine.connect(this.engine.stream(this.channel));
		this.store.receiver().deliver(event(1));
		this.channel.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("event 1");
		assertThat(this.store.attached).isNull();
		assertThatIllegalStateException().isThrownBy(() -> this.channel.publish("message", "b"))
			.withMessageContaining("completed");
		assertThat(this.store.published).isEmpty();
	}

	@Test
	void threadThatServesClientsNeverWaitsForAStore() {
		List<Throwable> failures = new ArrayList<>();
		this.engine.dispatcher().worker(0).execute(() -> {
			try {
				this.channel.publish("message", "a");
			}
			catch (EventPublicationException ex) {
				failures.add(ex);
			}
		});
		this.engine.work();
		assertThat(failures).hasSize(1);
		assertThat(this.store.published).isEmpty();
	}

	@Test
	void otherSubscribersGetTheEventsToo() {
		RecordingSubscriber subscriber = new RecordingSubscriber(10);
		this.channel.subscribe(subscriber);
		this.store.receiver().preload(events(0, 3));
		this.store.receiver().missed(GapCause.EVICTED);
		this.store.receiver().deliver(event(3));
		assertThat(subscriber.received()).containsExactly("event 3");
	}

	private static List<Event> events(int from, int to) {
		return IntStream.range(from, to).mapToObj(StoreChannelTests::event).toList();
	}

	private static Event event(int number) {
		return Event.builder().id("id-" + number).data("event " + number).build();
	}

	/**
	 * A store in the hands of the test.
	 */
	private static final class ManualStore implements EventStore {

		private final List<Event> published = new ArrayList<>();

		private @Nullable RuntimeException failure;

		private @Nullable String known;

		private @Nullable List<Event> latest;

		private Runnable whileBeginning = () -> {
		};

		private int count;

		private volatile @Nullable Receiver attached;

		private volatile boolean connected = true;

		Receiver receiver() {
			assertThat(this.attached).isNotNull();
			return this.attached;
		}

		@Override
		public void append(Event event) {
			if (this.failure != null) {
				throw this.failure;
			}
			this.published.add(event);
		}

		@Override
		public void tail(Receiver receiver, int count, long bytes) {
			this.whileBeginning.run();
			this.attached = receiver;
			this.count = count;
			if (this.latest != null) {
				receiver.preload(this.latest);
			}
		}

		@Override
		public void stop() {
			this.attached = null;
		}

		@Override
		public @Nullable List<Event> after(String id, int limit) {
			return id.equals(this.known) ? List.of(Event.builder().id("id-6").data("from the store").build()) : null;
		}

		@Override
		public boolean isOwn(String id) {
			return id.startsWith("id-");
		}

		@Override
		public boolean isConnected() {
			return this.connected;
		}

	}

}
