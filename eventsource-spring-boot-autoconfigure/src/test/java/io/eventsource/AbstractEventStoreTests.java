package io.eventsource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The contract of an {@link EventStore}. Whoever writes a store extends this class. The
 * store is to keep at least {@value #KEPT} events, and fewer than {@value #TRIMMING}.
 */
public abstract class AbstractEventStoreTests {

	protected static final int KEPT = 50;

	/** After so many more events an event is not kept any more. */
	private static final int TRIMMING = 400;

	private final List<RecordingReceiver> receivers = new ArrayList<>();

	/**
	 * Creates the store of another instance, over the same events.
	 */
	protected abstract EventStore instance();

	/**
	 * Makes the events unavailable to all instances.
	 */
	protected abstract void goAway();

	/**
	 * Makes the events available again.
	 */
	protected abstract void comeBack() throws IOException;

	/**
	 * Removes all events while they are unavailable.
	 */
	protected abstract void lose() throws IOException;

	@AfterEach
	void receiversWereCalledAsTheContractSays() {
		assertThat(this.receivers).isNotEmpty().allSatisfy((receiver) -> assertThat(receiver.violations()).isEmpty());
	}

	@Test
	void everyInstanceGetsTheEventsOfAllInOneOrderWithTheSameIds() {
		EventStore first = instance();
		EventStore second = instance();
		RecordingReceiver one = tail(first);
		RecordingReceiver other = tail(second);
		for (int i = 0; i < 20; i++) {
			append((i % 2 == 0) ? first : second, i, i + 1);
		}
		awaitEvents(one, 0, 20);
		awaitEvents(other, 0, 20);
		assertThat(ids(other.delivered())).isEqualTo(ids(one.delivered())).doesNotHaveDuplicates();
	}

	@Test
	void eventsThatAreAppendedAtOnceHaveOneOrder() throws InterruptedException {
		List<EventStore> stores = List.of(instance(), instance());
		RecordingReceiver one = tail(stores.get(0), KEPT, 1000);
		RecordingReceiver other = tail(stores.get(1), KEPT, 1000);
		List<Thread> threads = IntStream.range(0, 4).mapToObj((publisher) -> new Thread(() -> {
			for (int i = 0; i < 10; i++) {
				stores.get(publisher % 2).append(Event.of(publisher + ":" + i));
			}
		})).toList();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		await().until(() -> one.data().size() == 40 && other.data().size() == 40);
		assertThat(one.data()).isEqualTo(other.data());
		assertThat(one.data().stream().filter((data) -> data.toString().startsWith("3:")))
			.isEqualTo(IntStream.range(0, 10).mapToObj((i) -> "3:" + i).toList());
	}

	@Test
	void allOfAnEventIsKept() {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		store.append(Event.builder()
			.type("order")
			.key("k")
			.retry(Duration.ofMillis(1234))
			.comment("two\nlines")
			.data("a\r\nb\n\n  \u00e4\ud83d\ude00\0\n")
			.build());
		store.append(Event.of(""));
		store.append(Event.builder().comment("no data").build());
		store.append(Event.of("x".repeat(200_000)));
		await().until(() -> receiver.delivered().size() == 4);
		Event full = receiver.delivered().get(0);
		assertThat(full.type()).isEqualTo("order");
		assertThat(full.key()).isEqualTo("k");
		assertThat(full.retry()).isEqualTo(Duration.ofMillis(1234));
		assertThat(full.comment()).isEqualTo("two\nlines");
		assertThat(full.data()).isEqualTo("a\r\nb\n\n  \u00e4\ud83d\ude00\0\n");
		assertThat(receiver.data().subList(1, 4)).containsExactly("", null, "x".repeat(200_000));
		assertThat(receiver.delivered().get(1).type()).isEqualTo(Event.DEFAULT_TYPE);
		assertThat(receiver.delivered().get(2).comment()).isEqualTo("no data");
	}

	@Test
	void receiverGetsTheLatestEventsAndThenThoseThatFollow() {
		EventStore store = instance();
		append(store, 0, 10);
		RecordingReceiver receiver = tail(instance(), 4, 100);
		assertThat(receiver.latest()).extracting(Event::data).isEqualTo(events(6, 10));
		append(store, 10, 12);
		awaitEvents(receiver, 10, 12);
		assertThat(ids(store.after(receiver.latest().get(0).id(), KEPT)).subList(0, 3))
			.isEqualTo(ids(receiver.latest().subList(1, 4)));
	}

	@Test
	void receiverGetsNoMoreOfTheLatestEventsThanItHasMemoryFor() {
		EventStore store = instance();
		for (int i = 0; i < 40; i++) {
			store.append(Event.of("x".repeat(100_000)));
		}
		RecordingReceiver receiver = receiver();
		instance().tail(receiver, KEPT, 500_000);
		assertThat(receiver.latest()).hasSizeBetween(1, 20);
	}

	@Test
	void emptyStoreHasNoLatestEvents() {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		assertThat(receiver.latest()).isEmpty();
		append(store, 0, 1);
		awaitEvents(receiver, 0, 1);
	}

	@Test
	void eventsAfterAnIdAreReadInPages() {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		append(store, 0, 30);
		awaitEvents(receiver, 0, 30);
		List<String> ids = ids(receiver.delivered());
		EventStore other = instance();
		assertThat(other.after(ids.get(4), 3)).hasSizeBetween(1, 3);
		List<Event> read = new ArrayList<>();
		String last = ids.get(4);
		for (List<Event> page = other.after(last, 7); !page.isEmpty(); page = other.after(last, 7)) {
			assertThat(page).hasSizeLessThanOrEqualTo(7);
			read.addAll(page);
			last = page.get(page.size() - 1).id();
		}
		assertThat(ids(read)).isEqualTo(ids.subList(5, 30));
		assertThat(read).extracting(Event::data).isEqualTo(events(5, 30));
		assertThat(other.after(ids.get(29), 7)).isEmpty();
	}

	@Test
	void idsOfTheStoreAreKnown() {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		append(store, 0, 3);
		awaitEvents(receiver, 0, 3);
		assertThat(ids(receiver.delivered())).allMatch(instance()::isOwn);
	}

	@Test
	void strangeIdsAreUnknown() {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		append(store, 0, 3);
		awaitEvents(receiver, 0, 3);
		List<String> strange = List.of("", " ", "0", "-", "--", "x", "1-1-1", "-1-0", "1--1", "1-1 ", "1-1\n", "\0",
				"+", "$", "*", "9".repeat(30) + "-0", "1-" + "9".repeat(30), "\u0661-\u0661", "1-1\r\nFLUSHALL\r\n",
				"x".repeat(100_000));
		assertThat(strange).allSatisfy((id) -> {
			assertThat(store.isOwn(id)).isFalse();
			assertThat(store.after(id, 10)).isNull();
		});
		assertThat(store.after(ids(receiver.delivered()).get(0), 10)).hasSize(2);
	}

	@Test
	void idThatNoEventHasIsUnknown() {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		append(store, 0, 1);
		awaitEvents(receiver, 0, 1);
		String id = ids(receiver.delivered()).get(0);
		assertThat(store.after("7" + id, 10)).isNull();
		assertThat(store.after(id + "7", 10)).isNull();
	}

	@Test
	void eventsAfterAnIdThatIsNotKeptAnyMoreAreUnknown() {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		append(store, 0, 1);
		awaitEvents(receiver, 0, 1);
		store.stop();
		append(store, 1, TRIMMING);
		String id = ids(receiver.delivered()).get(0);
		assertThat(store.after(id, 10)).isNull();
		assertThat(store.isOwn(id)).isTrue();
	}

	@Test
	void receiverWithoutRoomGetsTheEventsLaterAndHoldsUpNoOther() {
		EventStore store = instance();
		EventStore second = instance();
		RecordingReceiver slow = tail(store, KEPT, 3);
		RecordingReceiver other = tail(second);
		append(second, 0, 20);
		awaitEvents(other, 0, 20);
		awaitEvents(slow, 0, 3);
		slow.room(5);
		awaitEvents(slow, 0, 8);
		slow.room(100);
		awaitEvents(slow, 0, 20);
		assertThat(slow.missed()).isEmpty();
	}

	@Test
	void receiverThatIsFullEarlierThanExpectedGetsTheRestLater() {
		EventStore store = instance();
		AtomicReference<RecordingReceiver> full = new AtomicReference<>();
		RecordingReceiver receiver = receiver((event) -> {
			if ("event 1".equals(event.data())) {
				full.get().room(0);
			}
		});
		full.set(receiver);
		receiver.room(0);
		store.tail(receiver, KEPT, 1_000_000);
		append(store, 0, 10);
		receiver.room(100);
		awaitEvents(receiver, 0, 2);
		receiver.room(100);
		awaitEvents(receiver, 0, 10);
	}

	@Test
	void receiverIsToldThatEventsAreGoneBeforeItHadRoomForThem() {
		EventStore store = instance();
		RecordingReceiver slow = tail(store, KEPT, 3);
		append(store, 0, 3);
		awaitEvents(slow, 0, 3);
		append(store, 3, TRIMMING);
		slow.room(2 * TRIMMING);
		await().until(() -> slow.data().contains("event " + (TRIMMING - 1)));
		assertThat(slow.missed()).containsExactly(GapCause.EVICTED);
		int kept = slow.data().size() - 3;
		assertThat(kept).isBetween(KEPT, TRIMMING - 4);
		assertThat(slow.data().subList(3, slow.data().size())).isEqualTo(events(TRIMMING - kept, TRIMMING));
	}

	@Test
	void failureOfTheReceiverCostsOneEventOfWhichItIsTold() {
		EventStore store = instance();
		RecordingReceiver receiver = receiver((event) -> {
			if ("event 1".equals(event.data())) {
				throw new IllegalStateException("Thrown by the test");
			}
			if ("event 2".equals(event.data())) {
				throw new OutOfMemoryError("Thrown by the test");
			}
		});
		store.tail(receiver, KEPT, 1_000_000);
		append(store, 0, 5);
		awaitEvents(receiver, 0, 5);
		assertThat(receiver.missed()).containsExactly(GapCause.UNKNOWN, GapCause.UNKNOWN);
		append(store, 5, 6);
		awaitEvents(receiver, 0, 6);
	}

	@Test
	void stoppedReceiverGetsNothingMore() {
		EventStore store = instance();
		RecordingReceiver stopped = tail(store);
		RecordingReceiver other = tail(instance());
		append(store, 0, 3);
		awaitEvents(stopped, 0, 3);
		store.stop();
		store.stop();
		append(store, 3, 6);
		awaitEvents(other, 0, 6);
		RecordingReceiver next = tail(store, 4, 100);
		assertThat(next.latest()).extracting(Event::data).isEqualTo(events(2, 6));
		append(store, 6, 8);
		awaitEvents(next, 6, 8);
		assertThat(stopped.data()).isEqualTo(events(0, 3));
	}

	@Test
	void laterReceiverTakesThePlaceOfTheEarlierOne() {
		EventStore store = instance();
		RecordingReceiver earlier = tail(store);
		append(store, 0, 3);
		awaitEvents(earlier, 0, 3);
		RecordingReceiver later = tail(store);
		append(store, 3, 6);
		awaitEvents(later, 3, 6);
		assertThat(earlier.data()).isEqualTo(events(0, 3));
	}

	@Test
	void receiverCanStopTheStoreAndAskIt() {
		EventStore store = instance();
		AtomicReference<List<Event>> found = new AtomicReference<>();
		RecordingReceiver receiver = receiver((event) -> {
			if ("event 1".equals(event.data())) {
				found.set(store.after(event.id(), 10));
				store.stop();
			}
		});
		RecordingReceiver other = tail(instance());
		append(store, 0, 1);
		store.tail(receiver, KEPT, 1_000_000);
		append(store, 1, 4);
		awaitEvents(other, 0, 4);
		await().untilAsserted(() -> assertThat(found.get()).isNotNull());
		assertThat(receiver.data()).isEqualTo(events(1, 2));
	}

	@Test
	void eventsCanBeAppendedAndReadWithoutAReceiver() {
		EventStore store = instance();
		append(store, 0, 3);
		RecordingReceiver receiver = tail(instance());
		assertThat(store.after(receiver.latest().get(0).id(), 10)).extracting(Event::data).isEqualTo(events(1, 3));
	}

	@Test
	void whileEventsAreUnavailablePublishersAndClientsLearnOfIt() {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		append(store, 0, 1);
		awaitEvents(receiver, 0, 1);
		assertThat(store.isConnected()).isTrue();
		goAway();
		await().until(() -> !store.isConnected());
		assertThatExceptionOfType(EventPublicationException.class).isThrownBy(() -> store.append(Event.of("lost")));
		String id = ids(receiver.delivered()).get(0);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> store.after(id, 10));
		assertThat(store.isOwn(id)).isTrue();
	}

	@Test
	void receiverGoesOnWhereItWasWhenEventsAreAvailableAgain() throws IOException {
		EventStore store = instance();
		EventStore second = instance();
		RecordingReceiver one = tail(store);
		RecordingReceiver other = tail(second);
		append(store, 0, 3);
		awaitEvents(one, 0, 3);
		awaitEvents(other, 0, 3);
		goAway();
		await().until(() -> !store.isConnected() && !second.isConnected());
		comeBack();
		await().until(() -> store.isConnected() && second.isConnected());
		append(second, 3, 6);
		append(store, 6, 8);
		awaitEvents(one, 0, 8);
		awaitEvents(other, 0, 8);
		assertThat(one.missed()).isEmpty();
		assertThat(ids(other.delivered())).isEqualTo(ids(one.delivered()));
		assertThat(store.after(ids(one.delivered()).get(5), 10)).extracting(Event::data).isEqualTo(events(6, 8));
	}

	@Test
	void receiverIsToldOnceIfAllEventsWereLost() throws IOException {
		EventStore store = instance();
		RecordingReceiver receiver = tail(store);
		append(store, 0, 3);
		awaitEvents(receiver, 0, 3);
		String lost = ids(receiver.delivered()).get(1);
		goAway();
		await().until(() -> !store.isConnected());
		lose();
		comeBack();
		await().until(() -> store.isConnected() && !receiver.missed().isEmpty());
		append(store, 3, 6);
		awaitEvents(receiver, 0, 6);
		assertThat(receiver.missed()).containsExactly(GapCause.RESTARTED);
		assertThat(store.after(lost, 10)).isNull();
	}

	@Test
	void receiverThatComesWhileEventsAreUnavailableGetsThemLater() throws IOException {
		EventStore first = instance();
		RecordingReceiver early = tail(first);
		append(first, 0, 3);
		awaitEvents(early, 0, 3);
		goAway();
		EventStore store = instance();
		await().until(() -> !first.isConnected());
		RecordingReceiver receiver = tail(store, 2, 100);
		await().until(() -> !store.isConnected());
		assertThat(receiver.latest()).isNull();
		comeBack();
		await().until(() -> receiver.latest() != null && store.isConnected());
		assertThat(receiver.latest()).extracting(Event::data).isEqualTo(events(1, 3));
		append(store, 3, 5);
		awaitEvents(receiver, 3, 5);
	}

	private RecordingReceiver receiver(Consumer<Event> consumer) {
		RecordingReceiver receiver = new RecordingReceiver(consumer);
		this.receivers.add(receiver);
		return receiver;
	}

	private RecordingReceiver receiver() {
		return receiver((event) -> {
		});
	}

	private RecordingReceiver tail(EventStore store) {
		return tail(store, KEPT, 1000);
	}

	private RecordingReceiver tail(EventStore store, int count, int room) {
		RecordingReceiver receiver = receiver();
		receiver.room(room);
		store.tail(receiver, count, 1_000_000);
		return receiver;
	}

	private static void append(EventStore store, int from, int to) {
		events(from, to).forEach((data) -> store.append(Event.of(data)));
	}

	private static void awaitEvents(RecordingReceiver receiver, int from, int to) {
		await().untilAsserted(() -> assertThat(receiver.data()).isEqualTo(events(from, to)));
	}

	private static List<Object> events(int from, int to) {
		return IntStream.range(from, to).<Object>mapToObj((i) -> "event " + i).toList();
	}

	private static List<String> ids(List<Event> events) {
		return events.stream().map(Event::id).toList();
	}

}
