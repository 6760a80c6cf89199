package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventHistory;
import io.eventsource.EventPublicationException;
import io.eventsource.EventRelay;
import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.GapCause;
import io.eventsource.OverflowStrategy;
import io.eventsource.RecordingSubscriber;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.engine.TestEngine.Client;
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
class EventRelayTests {

	private final TestEngine engine = new TestEngine();

	private final ManualRelay relay = new ManualRelay();

	private final EventChannel channel = EventChannel.over(this.relay);

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void publishedEventsComeBackFromTheRelayAlone() {
		Client client = this.engine.connect(this.engine.stream(this.channel));
		this.channel.publish("message", "a");
		assertThat(this.relay.published).extracting(Event::data).containsExactly("a");
		this.relay.receiver().deliver(event(7));
		client.awaitData("event 7");
		assertThat(client.sink().events().get(0).lastEventId()).isEqualTo("id-7");
	}

	/** The ids are the relay's; such a client is sent none but a publisher's. */
	@Test
	void clientThatKeepsNoPositionsIsNotSentTheIdsOfTheRelay() {
		this.relay.known = "id-0";
		EventStream stream = this.engine.stream(this.channel);
		Client keeping = this.engine.connect(stream);
		RecordingSink plain = new RecordingSink(Long.MAX_VALUE) {

			@Override
			public boolean keepsPositions() {
				return false;
			}

		};
		Client client = this.engine.connect(stream, "id-0", plain);
		client.awaitData("from the relay");
		this.relay.receiver().deliver(event(7));
		this.relay.receiver().deliver(Event.builder().id("id-8").comment("c").type("t").data("x\ny").build());
		client.awaitData("from the relay", "event 7", "x\ny");
		keeping.awaitData("event 7", "x\ny");
		assertThat(plain.events()).extracting(Received::lastEventId).containsOnly("");
		assertThat(plain.events().get(2).type()).isEqualTo("t");
		assertThat(plain.comments()).containsExactly("c");
		assertThat(keeping.sink().events()).extracting(Received::lastEventId).containsExactly("id-7", "id-8");
	}

	/** A comment takes effect without an empty line, and tells nobody a position. */
	@Test
	void commentOfTheRelayIsSentLikeAnyOther() {
		EventStream stream = this.engine.stream(this.channel,
				(builder) -> builder.filters(List.of((event, client) -> !"hidden".equals(event.type()))));
		RecordingSink sink = new RecordingSink(Long.MAX_VALUE);
		Client client = this.engine.connect(stream, null, sink);
		this.relay.receiver().deliver(event(1));
		client.awaitData("event 1");
		this.relay.receiver().deliver(Event.builder().id("id-2").type("hidden").data("x").build());
		this.relay.receiver().deliver(Event.builder().id("id-3").comment("c").build());
		TestEngine.await().until(() -> sink.comments().contains("c"));
		assertThat(sink.lastEventId()).isEqualTo("id-1");
		assertThat(this.relay.receiver().has("id-3")).isTrue();
		this.engine.advance(Duration.ofSeconds(20));
		TestEngine.await().until(() -> !sink.lastEventId().equals("id-1"));
		assertThat(stream.log().start(sink.lastEventId(), 0).position()).isEqualTo(3);
	}

	@Test
	void failureToPublishReachesThePublisher() {
		this.relay.failure = new EventPublicationException("away", null);
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
		this.relay.receiver().preload(List.of(event(1), event(2)), true);
		this.engine.connect(stream, opening).awaitData("{\"cause\":\"restarted\"}", "event 1", "event 2");
	}

	@Test
	void relayCanAskWhetherAnEventCouldBeSent() {
		this.engine.stream(this.channel, StreamSettings.builder().maxEventSize(100).build()).start();
		this.relay.receiver().check(Event.of("x"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.relay.receiver().check(Event.of("x".repeat(200))))
			.withMessageContaining("max-event-size");
	}

	@Test
	void olderEventsAreThereForClientsThatResumeAndNotSentToOthers() {
		EventStream stream = this.engine.stream(this.channel, StreamSettings.builder().initialReplay(2).build());
		Client early = this.engine.connect(stream);
		this.relay.receiver().preload(events(0, 5), false);
		this.engine.connect(stream, "id-1").awaitData("event 2", "event 3", "event 4");
		Client newcomer = this.engine.connect(stream);
		newcomer.awaitData("event 3", "event 4");
		this.relay.receiver().deliver(event(5));
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
		this.relay.receiver().preload(events(0, 10), false);
		this.engine.connect(stream, "id-7").awaitData("event 8", "event 9");
		Client evicted = this.engine.connect(stream, "id-3");
		evicted.awaitData("{\"cause\":\"evicted\"}", "event 6", "event 7", "event 8", "event 9");
		IntStream.range(10, 13).mapToObj(EventRelayTests::event).forEach(this.relay.receiver()::deliver);
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
		this.relay.receiver().preload(events(0, 10), false);
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
		this.relay.receiver().preload(IntStream.range(0, 4).mapToObj(EventRelayTests::large).toList(), false);
		// Takes one event, which no other fits in one write with
		Client slow = this.engine.connect(stream, "id-0", new RecordingSink(1));
		TestEngine.await().until(() -> slow.sink().writes().size() == 1);
		IntStream.range(4, 6).mapToObj(EventRelayTests::large).forEach(this.relay.receiver()::deliver);
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
	void clientsThatCameBeforeTheRelayKnewTheStreamAreTold() {
		EventStream stream = this.engine.stream(this.channel);
		Client early = this.engine.connect(stream);
		this.relay.receiver().preload(events(0, 3), true);
		this.relay.receiver().deliver(event(3));
		early.awaitData("{\"cause\":\"unknown\"}", "event 3");
		TestEngine.await().untilAsserted(() -> assertThat(early.missed()).containsExactly("UNKNOWN"));
	}

	@Test
	void withoutClientsNobodyIsTold() {
		EventStream stream = this.engine.stream(this.channel);
		stream.start();
		this.relay.receiver().preload(events(0, 3), true);
		this.relay.receiver().deliver(event(3));
		this.engine.connect(stream, "id-1").awaitData("event 2", "event 3");
	}

	@Test
	void missedEventsAreToldInTheirPlace() {
		EventStream stream = this.engine.stream(this.channel);
		Client client = this.engine.connect(stream);
		this.relay.receiver().deliver(event(1));
		this.relay.receiver().missed(GapCause.EVICTED);
		this.relay.receiver().deliver(event(9));
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
		this.relay.receiver().missed(GapCause.EVICTED);
		this.relay.receiver().deliver(event(9));
		client.awaitData("event 9");
	}

	@Test
	void relayKnowsHowManyEventsTheStreamTakes() {
		EventStream stream = this.engine.stream(this.channel,
				StreamSettings.builder().overflow(OverflowStrategy.BACKPRESSURE).bufferSize(10).build());
		Client blocked = this.engine.connectBlocked(stream);
		// Before the first event each may be as large as the settings allow
		assertThat(this.relay.receiver().room()).isEqualTo(15);
		assertThat(this.relay.receiver().capacity()).isEqualTo(10);
		IntStream.range(0, 30).mapToObj(EventRelayTests::event).forEach(this.relay.receiver()::deliver);
		assertThat(this.relay.receiver().room()).isEqualTo(1024 - 20);
		blocked.sink().ready();
		blocked.awaitEvents(30);
		TestEngine.await().until(() -> this.relay.receiver().room() == 1024);
	}

	@Test
	void historyOfTheRelayIsAskedBeforeThoseOfTheApplication() {
		this.relay.known = "id-3";
		EventStream stream = this.engine.stream(this.channel,
				(builder) -> builder.history((lastEventId, client, limit) -> Stream.of(Event.of("archived"))));
		stream.start();
		this.engine.connect(stream, "id-3").awaitData("from the relay");
		this.engine.connect(stream, "id-2").awaitData("archived");
	}

	@Test
	void streamWhoseRelayIsAwayIsNotLive() {
		EventStream stream = this.engine.stream(this.channel);
		stream.start();
		assertThat(stream.snapshot().state()).isEqualTo(State.LIVE);
		this.relay.connected = false;
		assertThat(stream.snapshot().state()).isEqualTo(State.RESTARTING);
	}

	@Test
	void relayIsLetGoWithTheLastSubscriberAndComesBackWithTheNext() {
		EventStream first = this.engine.stream(this.channel);
		first.start();
		assertThat(this.relay.attached).isNotNull();
		first.close();
		TestEngine.await().until(() -> this.relay.attached == null);
		EventStream second = this.engine.stream(this.channel);
		Client client = this.engine.connect(second);
		this.relay.receiver().deliver(event(1));
		client.awaitData("event 1");
	}

	@Test
	void completedChannelTakesNothingMoreAndItsStreamEnds() {
		Client client = this.engine.connect(this.engine.stream(this.channel));
		this.relay.receiver().deliver(event(1));
		this.channel.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("event 1");
		assertThat(this.relay.attached).isNull();
		assertThatIllegalStateException().isThrownBy(() -> this.channel.publish("message", "b"))
			.withMessageContaining("completed");
		assertThat(this.relay.published).isEmpty();
	}

	@Test
	void threadThatServesClientsNeverWaitsForARelay() {
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
		assertThat(this.relay.published).isEmpty();
	}

	@Test
	void otherSubscribersGetTheEventsToo() {
		RecordingSubscriber subscriber = new RecordingSubscriber(10);
		this.channel.subscribe(subscriber);
		this.relay.receiver().preload(events(0, 3), false);
		this.relay.receiver().missed(GapCause.EVICTED);
		this.relay.receiver().deliver(event(3));
		assertThat(subscriber.received()).containsExactly("event 3");
	}

	private static List<Event> events(int from, int to) {
		return IntStream.range(from, to).mapToObj(EventRelayTests::event).toList();
	}

	private static Event event(int number) {
		return Event.builder().id("id-" + number).data("event " + number).build();
	}

	/**
	 * A relay in the hands of the test.
	 */
	private static final class ManualRelay implements EventRelay {

		private final List<Event> published = new ArrayList<>();

		private @Nullable RuntimeException failure;

		private @Nullable String known;

		private volatile @Nullable Receiver attached;

		private volatile boolean connected = true;

		Receiver receiver() {
			assertThat(this.attached).isNotNull();
			return this.attached;
		}

		@Override
		public void publish(Event event) {
			if (this.failure != null) {
				throw this.failure;
			}
			this.published.add(event);
		}

		@Override
		public void attach(Receiver receiver) {
			this.attached = receiver;
		}

		@Override
		public void detach() {
			this.attached = null;
		}

		@Override
		public boolean isConnected() {
			return this.connected;
		}

		@Override
		public boolean isOwn(String id) {
			return id.startsWith("id-");
		}

		@Override
		public EventHistory history() {
			return (lastEventId, client, limit) -> lastEventId.equals(this.known)
					? Stream.of(Event.builder().id("id-6").data("from the relay").build()) : null;
		}

	}

}
