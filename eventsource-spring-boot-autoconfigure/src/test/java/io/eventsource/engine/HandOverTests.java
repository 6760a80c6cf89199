package io.eventsource.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.eventsource.CloseReason;
import io.eventsource.engine.Interleavings.Cell;
import io.eventsource.engine.Interleavings.Monitor;
import io.eventsource.engine.Interleavings.Note;
import io.eventsource.engine.Interleavings.Result;
import io.eventsource.engine.Interleavings.Tasks;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.BoundedExecutor;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.source.PublisherSubscription;
import io.eventsource.engine.source.StreamSource;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hand-overs between threads in every order in which their steps can follow each
 * other. Each model is the code that it names, line by line, with each access to what
 * threads share as one step and all else left out; whoever changes that code changes the
 * model with it. For each there are mistakes that could be made, to show that the model
 * would find them.
 */
class HandOverTests {

	private static final Log logger = LogFactory.getLog(HandOverTests.class);

	@Test
	void everyEventReachesAClientThatTakesIt() {
		assertHolds(new Delivery().refusals(1).client().publishers(2, 1).threads);
		assertHolds(new Delivery().refusals(2).client().publishers(1, 2).threads);
	}

	@Test
	void everyEventReachesAClientThatGetsHeartbeats() {
		assertHolds(new Delivery().refusals(1).ticks(2).client().publishers(1, 1).threads);
	}

	@Test
	void signalThatIsForgottenAfterTheLookIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void run() {
				pass();
				this.signalled.set(false);
			}

		}.client().publishers(1, 1).threads, Delivery.DELIVERED);
	}

	@Test
	void signalBeforeTheEventIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void publish() {
				signal();
				append();
			}

		}.client().publishers(1, 1).threads, Delivery.DELIVERED);
	}

	@Test
	void signalWithoutCompareAndSetIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void signal() {
				if (!this.signalled.get()) {
					this.signalled.set(true);
					this.tasks.add("pass");
				}
			}

		}.client().publishers(1, 1).threads, Delivery.QUEUED_ONCE);
	}

	@Test
	void passThatLeavesTheRestToNobodyIsFound() {
		assertBreaks(new Delivery() {

			@Override
			boolean drain() {
				super.drain();
				return false;
			}

		}.client().publishers(1, 2).threads, Delivery.DELIVERED);
	}

	@Test
	void clientThatIsToldToWaitIsNeverStuck() {
		assertHolds(new Delivery().refusals(4).client().publishers(1, 1).threads);
	}

	@Test
	void clientWithASendingThreadIsNeverStuck() {
		assertHolds(new SendingDelivery().client().publishers(1, 2).threads);
	}

	@Test
	void readinessThatIsForgottenAfterTheAnswerIsFound() {
		assertBreaks(new Delivery() {

			@Override
			boolean isReady() {
				if (sinkIsReady()) {
					return true;
				}
				this.writable.set(false);
				this.blocked.set(true);
				return false;
			}

		}.refusals(1).client().publishers(1, 1).threads, Delivery.DELIVERED);
	}

	@Test
	void signalBeforeReadinessIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void writable() {
				signal();
				this.writable.set(true);
			}

		}.client().publishers(1, 1).threads, Delivery.DELIVERED);
	}

	@Test
	void readinessThatIsReportedWhileStillSendingIsFound() {
		assertBreaks(new SendingDelivery() {

			@Override
			void send() {
				writable();
				this.sending.set(false);
			}

		}.client().publishers(1, 2).threads, Delivery.DELIVERED);
	}

	@Test
	void clientIsCompletedOnceWithTheReasonOfWhoeverWasFirst() {
		Result result = assertHolds(new Delivery().breaking()
			.ticks(1)
			.client()
			.closers(CloseReason.DISCONNECTED)
			.groupCloser(CloseReason.SHUTDOWN).threads);
		assertThat(result.outcomes()).isEqualTo(Set.of(CloseReason.DISCONNECTED, CloseReason.SHUTDOWN,
				CloseReason.WRITE_TIMEOUT, CloseReason.OVERFLOW));
	}

	@Test
	void clientThatManyCloseIsCompletedOnce() {
		Result result = assertHolds(new Delivery().client()
			.closers(CloseReason.DISCONNECTED, CloseReason.FAILED, CloseReason.WRITE_TIMEOUT).threads);
		assertThat(result.outcomes())
			.isEqualTo(Set.of(CloseReason.DISCONNECTED, CloseReason.FAILED, CloseReason.WRITE_TIMEOUT));
	}

	@Test
	void clientThatIsSentAwayIsCompletedOnce() {
		assertHolds(new Delivery().departing().ticks(1).client().publishers(1, 1).threads);
		Result result = assertHolds(
				new Delivery().refusals(1).departing().ticks(1).client().closers(CloseReason.DISCONNECTED).threads);
		assertThat(result.outcomes()).isEqualTo(Set.of(CloseReason.SHUTDOWN, CloseReason.DISCONNECTED));
	}

	@Test
	void clientThatIsSentAwayWithoutASignalIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void leave() {
				this.leaving.set(true);
			}

		}.departing().ticks(2).client().threads, Delivery.DELIVERED);
	}

	@Test
	void closeWithoutCompareAndSetIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void close(CloseReason reason) {
				if (this.closing.get() == null) {
					this.closing.set(reason);
					this.winners.update((before) -> with(before, reason));
					signal();
				}
			}

		}.client().closers(CloseReason.DISCONNECTED, CloseReason.FAILED).threads, Delivery.CLOSED_ONCE);
	}

	@Test
	void closeThatCompletesByItselfIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void close(CloseReason reason) {
				if (this.closing.get() == null) {
					this.closing.set(reason);
					complete();
					signal();
				}
			}

		}.client().closers(CloseReason.DISCONNECTED, CloseReason.FAILED).threads, Delivery.COMPLETED_ONCE);
	}

	@Test
	void closeWithoutASignalIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void close(CloseReason reason) {
				this.closing.compareAndSet(null, reason);
			}

		}.client().closers(CloseReason.DISCONNECTED).threads, Delivery.CLOSED_ONCE);
	}

	@Test
	void streamThatEndsIsCompletedAfterItsLastEvent() {
		assertHolds(new Delivery().client().publisherThatCompletes(2).threads);
		Result result = assertHolds(new Delivery().refusals(1).client().publisherThatCompletes(1).threads);
		assertThat(result.outcomes()).isEqualTo(Set.of(CloseReason.COMPLETED));
	}

	@Test
	void streamThatIsStoppedIsCompletedAfterWhatItHasTaken() {
		Result result = assertHolds(new Delivery().client().publishers(1, 1).publisherThatCompletes(0).threads);
		assertThat(result.outcomes()).isEqualTo(Set.of(CloseReason.COMPLETED));
	}

	@Test
	void endThatOvertakesItsEventsIsFound() {
		assertBreaks(new Delivery() {

			@Override
			void end() {
				closeGroup(CloseReason.COMPLETED);
			}

		}.client().publisherThatCompletes(1).threads, Delivery.ALL_BEFORE_THE_END);
	}

	@Test
	void tailThatIsReadBeforeTheEndIsFound() {
		assertBreaks(new Delivery() {

			private final Note<Integer> seen = this.threads.note(0);

			@Override
			boolean hasWork() {
				this.seen.set(this.tail.get());
				return this.unflushed.get() || this.ended.get() || this.position.get() < this.seen.get();
			}

			@Override
			boolean readLog() {
				if (this.position.get() < this.seen.get()) {
					return true;
				}
				if (this.ended.get() && !this.unflushed.get()) {
					close(CloseReason.COMPLETED);
				}
				return false;
			}

		}.client().publisherThatCompletes(1).threads, Delivery.ALL_BEFORE_THE_END);
	}

	@Test
	void clientThatComesWhileTheServerShutsDownIsTurnedAwayOrSentAway() {
		Result result = assertHolds(new ShuttingDown().shutDown().publishers(1, 1).threads);
		assertThat(result.outcomes()).isEqualTo(Set.of("turned away", CloseReason.SHUTDOWN));
	}

	@Test
	void clientThatComesWhileClientsAreSentAwayIsTurnedAwayOrSentAway() {
		assertHolds(new ShuttingDown().drainAndShutDown().publishers(1, 1).threads);
		Result result = assertHolds(new ShuttingDown().drainAndShutDown().ticks(1).threads);
		assertThat(result.outcomes()).isEqualTo(Set.of("turned away", CloseReason.SHUTDOWN));
	}

	@Test
	void clientThatIsOverlookedWhileOthersAreSentAwayIsFound() {
		assertBreaks(new ShuttingDown() {

			@Override
			void startDeparture() {
				this.departing.set(this.welcomed.get());
			}

		}.drainAndShutDown().publishers(1, 1).threads, ShuttingDown.DEPARTING);
	}

	@Test
	void shutDownThatReliesOnASignalUnderWayIsFound() {
		assertBreaks(new ShuttingDown() {

			@Override
			void closeGroup(CloseReason reason) {
				this.groupClosing.set(reason);
				signal();
			}

		}.shutDown().publishers(1, 1).threads, ShuttingDown.SENT_AWAY);
	}

	@Test
	void shutDownThatIsLookedForBeforeThePlaceIsGivenIsFound() {
		assertBreaks(new ShuttingDown() {

			@Override
			boolean enter() {
				boolean open = !this.streamClosed.get();
				this.monitor.enter();
				return open;
			}

		}.shutDown().threads, ShuttingDown.SENT_AWAY);
	}

	@Test
	void publisherIsLetGoUnderNoClient() {
		Result result = assertHolds(new Lingering().comer().threads);
		assertThat(result.outcomes()).isEqualTo(Set.of("let go", "kept", "failed and let go", "failed and kept",
				"completed and let go", "completed and kept"));
	}

	@Test
	void publisherIsNotLetGoOnceItsStreamWasStopped() {
		assertHolds(new Lingering().stopper().threads);
	}

	@Test
	void releaseOutsideTheMonitorIsFound() {
		assertBreaks(new Lingering() {

			@Override
			void release(int now) {
				releaseInMonitor(now);
			}

		}.comer().threads, Lingering.ONE_EPOCH);
	}

	@Test
	void subscriptionBeforeThePlaceIsFound() {
		assertBreaks(new Lingering() {

			@Override
			void connect() {
				start();
				admit();
			}

		}.comer().threads, Lingering.SUBSCRIBED);
	}

	@Test
	void clientThatLeavesBeforeTheTimeIsNotedIsFound() {
		assertBreaks(new Lingering() {

			@Override
			void closed() {
				int now = this.clock.get();
				this.leftAt.set(now);
				this.clients.update((count) -> count - 1);
				this.idleSince.set(now);
			}

		}.comer().threads, Lingering.LINGERED);
	}

	@Test
	void failureOfAPublisherThatWasLetGoIsFound() {
		assertBreaks(new Lingering() {

			@Override
			void failed(int subscription) {
				this.threads.region("SubscriptionSignals.failed", () -> {
					this.upstream.set(0);
					this.pending.set(true);
				});
			}

		}.comer().threads, Lingering.ONE_SUBSCRIPTION);
	}

	@Test
	void endOfAPublisherThatWasLetGoIsFound() {
		assertBreaks(new Lingering() {

			@Override
			void completed(int subscription) {
				this.complete.set(true);
				stop();
			}

		}.comer().threads, Lingering.KEPT);
	}

	@Test
	void eventOfAPublisherThatWasLetGoIsFound() {
		assertBreaks(new Lingering() {

			@Override
			void append(int subscription) {
				this.threads.region("EventLog.append", () -> this.log.update((log) -> with(log, subscription)));
			}

		}.comer().threads, Lingering.NEW_EVENTS);
	}

	@Test
	void failedPublisherOfAStoppedStreamThatIsLetGoIsFound() {
		assertBreaks(new Lingering() {

			@Override
			boolean isActive(int current) {
				return current != 0 || this.pending.get();
			}

		}.stopper().threads, Lingering.STOPPED);
	}

	@Test
	void subscriptionThatComesWhileItIsLetGoIsCancelled() {
		assertHolds(new Subscribing().threads);
	}

	@Test
	void subscriptionThatIsNotLookedAtAgainIsFound() {
		assertBreaks(new Subscribing() {

			@Override
			boolean isLetGo() {
				return false;
			}

		}.threads, Subscribing.CANCELLED);
	}

	@Test
	void readerTakesTheRightFrameOrKnowsThatItHasLeft() {
		assertHolds(new Ring(false).threads);
	}

	@Test
	void readerOfTheNewestOfEachKeyIsToldWhatItMisses() {
		Result result = assertHolds(new Ring(true).threads);
		assertThat(result.outcomes()).contains("with a gap", "without a gap");
	}

	@Test
	void slotThatIsEmptiedBeforeTheHeadIsRaisedIsFound() {
		assertBreaks(new Ring(false) {

			@Override
			void evict(int sequence) {
				this.slots.get(sequence % CAPACITY).set(null);
				this.head.set(sequence + 1);
			}

		}.threads, Ring.LEFT);
	}

	@Test
	void tailThatIsRaisedBeforeTheSlotIsFilledIsFound() {
		assertBreaks(new Ring(false) {

			@Override
			void fill(int sequence) {
				this.tail.set(sequence + 1);
				this.slots.get(sequence % CAPACITY).set(sequence);
			}

		}.threads, Ring.LEFT);
	}

	@Test
	void frameThatIsTakenUnseenIsFound() {
		assertBreaks(new Ring(false) {

			@Override
			@Nullable Integer frame(int sequence) {
				return this.slots.get(sequence % CAPACITY).get();
			}

		}.threads, Ring.RIGHT);
	}

	@Test
	void lossThatIsNotedAfterTheSlotIsEmptiedIsFound() {
		assertBreaks(new Ring(true) {

			@Override
			void evict(int sequence) {
				this.head.set(sequence + 1);
				this.slots.get(sequence % CAPACITY).set(null);
				noteLoss(sequence);
			}

		}.threads, Ring.TOLD);
	}

	@Test
	void clientThatResumesWhileOlderEventsArePutInFindsThem() {
		Result result = assertHolds(new Prepending().threads);
		assertThat(result.outcomes()).isEqualTo(Set.of("unknown", "resumed"));
	}

	@Test
	void olderEventThatIsKnownBeforeTheNextIsThereIsFound() {
		assertBreaks(new Prepending() {

			@Override
			void prepend() {
				this.head.set(-2);
				for (int i = -2; i < 0; i++) {
					fill(i);
					makeKnown(i);
				}
			}

		}.threads, Prepending.THERE);
	}

	@Test
	void headThatIsLoweredLastIsFound() {
		assertBreaks(new Prepending() {

			@Override
			void prepend() {
				for (int i = -2; i < 0; i++) {
					fill(i);
				}
				for (int i = -2; i < 0; i++) {
					makeKnown(i);
				}
				this.head.set(-2);
			}

		}.threads, Prepending.KEPT_UP);
	}

	@Test
	void publisherDoesNotRunAwayFromItsClients() {
		Result result = assertHolds(new Asking().threads);
		assertThat(result.outcomes()).isEqualTo(Set.of("came first", "came in the midst", "came last"));
		assertHolds(new Asking().alone().threads);
	}

	@Test
	void placeThatIsTakenBeforeItIsAnnouncedIsFound() {
		assertBreaks(new Asking() {

			@Override
			void admit() {
				takePlace();
				announce();
			}

		}.threads, Asking.KEPT);
	}

	@Test
	void demandThatIsReadAfterTheTailIsFound() {
		assertBreaks(new Asking() {

			@Override
			int room() {
				int tail = this.tail.get();
				int outstanding = outstanding();
				return WINDOW - lag(tail, floor()) - outstanding;
			}

		}.threads, Asking.KEPT);
	}

	@Test
	void historyIsReadOneBatchAtATimeAndClosedOnce() {
		assertHolds(new Replaying().threads);
		assertHolds(new Replaying().leaver().threads);
	}

	@Test
	void historyIsClosedWhileTheServerShutsDown() {
		assertHolds(new Replaying().shutDown().threads);
	}

	@Test
	void batchThatIsSeenBeforeItsReaderIsDoneIsFound() {
		assertBreaks(new Replaying() {

			@Override
			void run(boolean onWorker) {
				if (!this.cancelled.get()) {
					this.batch.set(read(onWorker));
				}
				this.reading.set(false);
				if (this.cancelled.get()) {
					close();
				}
				signal();
			}

		}.leaver().threads, Replaying.UNDISTURBED);
	}

	@Test
	void cancellationThatIsLookedForTooEarlyIsFound() {
		assertBreaks(new Replaying() {

			@Override
			void run(boolean onWorker) {
				Integer next = this.cancelled.get() ? null : read(onWorker);
				if (this.cancelled.get()) {
					close();
				}
				this.reading.set(false);
				this.batch.set(next);
				signal();
			}

		}.leaver().threads, Replaying.CLOSED);
	}

	@Test
	void signalBeforeTheBatchIsFound() {
		assertBreaks(new Replaying() {

			@Override
			void hand(@Nullable Integer next) {
				signal();
				this.batch.set(next);
			}

		}.threads, Replaying.TAKEN);
	}

	@Test
	void refusedThreadThatIsIgnoredIsFound() {
		assertBreaks(new Replaying() {

			@Override
			void refused(String task) {
			}

		}.shutDown().threads, Replaying.CLOSED);
	}

	@Test
	void gateRunsEveryTaskOnceAndSoManyAtATime() {
		assertHolds(new Gated(1, 2, 2).threads);
		assertHolds(new Gated(2, 3, 1).threads);
		assertHolds(new Gated(1, 2, 2).shutDown().threads);
	}

	@Test
	void turnThatIsGivenBackAfterTheLookIsFound() {
		assertBreaks(new Gated(1, 2, 1) {

			@Override
			@Nullable String next() {
				String task = this.waiting.poll();
				if (task == null) {
					this.threads.region("running is less", () -> this.running.update((count) -> count - 1));
				}
				return task;
			}

		}.threads, Gated.RUN);
	}

	@Test
	void turnThatIsTakenAfterTheLookIsFound() {
		assertBreaks(new Gated(1, 2, 1) {

			@Override
			boolean begin(String task) {
				this.waiting.add(task);
				if (this.threads.region("running", () -> this.running.get() == this.width)) {
					return false;
				}
				this.threads.region("running is more", () -> this.running.update((count) -> count + 1));
				return true;
			}

		}.threads, Gated.BOUNDED);
	}

	private static Result assertHolds(Interleavings threads) {
		Result result = threads.explore();
		assertThat(result.failure()).as(result.toString()).isNull();
		logger.debug(result);
		return result;
	}

	private static void assertBreaks(Interleavings threads, String property) {
		Result result = threads.explore();
		assertThat(result.failure()).as(result.toString()).isEqualTo(property);
		assertThat(result.schedule()).isNotEmpty();
		logger.debug(result);
	}

	private static <T> List<T> with(List<T> list, T element) {
		List<T> longer = new ArrayList<>(list);
		longer.add(element);
		return List.copyOf(longer);
	}

	/**
	 * One client: {@code ClientGroup} and {@code ClientCursor}, with the tail and the end
	 * of the {@link EventLog}. A slice is one event. There is no history, and no time but
	 * that a tick may come at any moment.
	 */
	private static class Delivery {

		static final String DELIVERED = "the client has all that came after it";

		static final String QUEUED_ONCE = "the group is queued at most once";

		static final String PERMITTED = "nothing is written without a yes";

		static final String CLOSED_ONCE = "the end is told once, with the first reason";

		static final String COMPLETED_ONCE = "the response is completed at most once";

		static final String ALL_BEFORE_THE_END = "nothing is left at the end";

		final Interleavings threads = new Interleavings();

		final Cell<Integer> tail = this.threads.cell("EventLog.tail", 0);

		final Cell<Boolean> ended = this.threads.cell("EventLog.ended", false);

		final Tasks<String> tasks = this.threads.tasks("Worker.tasks");

		final Cell<Boolean> signalled = this.threads.cell("ClientGroup.signalled", false);

		final Cell<@Nullable CloseReason> groupClosing = this.threads.cell("ClientGroup.closing", null);

		final Cell<Boolean> writable = this.threads.cell("ClientCursor.writable", false);

		final Cell<@Nullable CloseReason> closing = this.threads.cell("ClientCursor.closing", null);

		/** In ClientGroup.arrivals; guarded by its monitor. */
		final Note<Boolean> arrived = this.threads.note(false);

		/** In ClientGroup.cursors, which is the worker's as all that follows. */
		final Note<Boolean> welcomed = this.threads.note(false);

		final Note<Integer> position = this.threads.note(0);

		final Note<Boolean> block = this.threads.note(false);

		final Note<Boolean> unflushed = this.threads.note(false);

		/** ClientCursor.departure is not zero, ClientCursor.leaving and .ended. */
		final Note<Boolean> departing = this.threads.note(false);

		final Note<Boolean> leaving = this.threads.note(false);

		final Note<Boolean> told = this.threads.note(false);

		final Note<Boolean> blocked = this.threads.note(true);

		final Note<Integer> ticks = this.threads.note(0);

		final Note<Boolean> stopped = this.threads.note(false);

		/** The sink: how often it may still say no, and whether it has last said yes. */
		final Note<Integer> refusals = this.threads.note(0);

		final Note<Boolean> breakable = this.threads.note(false);

		final Note<Boolean> permitted = this.threads.note(false);

		/** Whether the container has a call of onWritePossible to make. */
		final Cell<Boolean> possible = this.threads.cell("container's onWritePossible is due", false);

		/** Whether EventStream.connect has returned, so that the transport can report. */
		final Note<Boolean> connected = this.threads.note(false);

		/** What has happened. */
		final Note<Integer> flushed = this.threads.note(0);

		final Note<List<CloseReason>> winners = this.threads.note(List.of());

		final Note<Integer> completions = this.threads.note(0);

		final Note<List<CloseReason>> closed = this.threads.note(List.of());

		Delivery() {
			this.threads.loop("worker", this::work);
			this.threads.loop("container", this::callBack);
			this.threads.always(QUEUED_ONCE, () -> this.tasks.count("pass") <= 1 || this.groupClosing.get() != null);
			this.threads.always(COMPLETED_ONCE, () -> this.completions.get() <= 1);
			this.threads.always(ALL_BEFORE_THE_END,
					() -> this.closing.get() != CloseReason.COMPLETED || this.flushed.get().equals(this.tail.get()));
			this.threads.finallyHolds(CLOSED_ONCE,
					() -> this.winners.get().size() <= 1 && this.closed.get().equals(this.winners.get())
							&& this.completions.get() == this.closed.get().size()
							&& (this.closing.get() == null) == this.closed.get().isEmpty());
			this.threads.finallyHolds(DELIVERED,
					() -> !this.connected.get() || this.stopped.get() || this.closing.get() != null
							|| (this.flushed.get().equals(this.tail.get()) && !this.block.get() && !this.leaving.get()
									&& !this.ended.get()));
			this.threads.outcome(() -> this.closed.get().isEmpty() ? null : this.closed.get().get(0));
		}

		/** The sink says no so often. */
		Delivery refusals(int count) {
			initially(() -> this.refusals.set(count));
			return this;
		}

		Delivery ticks(int count) {
			initially(() -> this.ticks.set(count));
			return this;
		}

		/** The client is to be sent away at any time. */
		Delivery departing() {
			initially(() -> this.departing.set(true));
			return this;
		}

		Delivery breaking() {
			initially(() -> this.breakable.set(true));
			return this;
		}

		private void initially(Runnable settings) {
			this.threads.initially(settings);
		}

		/** The thread of a request: EventStream.connect, then the container. */
		Delivery client() {
			this.threads.thread("request", () -> {
				admit();
				this.threads.region("EventStream.connect returns", () -> this.connected.set(true));
				writable();
			});
			return this;
		}

		Delivery publishers(int count, int events) {
			for (int i = 1; i <= count; i++) {
				this.threads.thread("publisher " + i, () -> {
					for (int j = 0; j < events; j++) {
						publish();
					}
				});
			}
			return this;
		}

		/**
		 * A publisher with an end, which may be the failure of a personal one;
		 * EventStream.stop, where it has no events.
		 */
		Delivery publisherThatCompletes(int events) {
			this.threads.thread("completing publisher", () -> {
				for (int i = 0; i < events; i++) {
					publish();
				}
				end();
				signal();
			});
			return this;
		}

		/** Threads of the transport. */
		Delivery closers(CloseReason... reasons) {
			for (CloseReason reason : reasons) {
				this.threads.thread("closer " + reason, () -> {
					this.threads.region("client is connected", () -> this.threads.await(this.connected.get()));
					close(reason);
				});
			}
			return this;
		}

		/** EventStream.close. */
		Delivery groupCloser(CloseReason reason) {
			this.threads.thread("closer " + reason, () -> closeGroup(reason));
			return this;
		}

		/** LogWriter.append. */
		void publish() {
			append();
			signal();
		}

		/** EventLog.append: of what happens in the monitor, readers see the tail. */
		void append() {
			this.threads.region("EventLog.append", () -> {
				if (!this.ended.get()) {
					this.tail.update((tail) -> tail + 1);
				}
			});
		}

		/** EventLog.end. */
		void end() {
			this.threads.region("EventLog.end", () -> this.ended.set(true));
		}

		/** ClientGroup.admit. */
		void admit() {
			this.threads.region("ClientGroup.admit", () -> {
				this.position.set(this.tail.get());
				this.flushed.set(this.tail.get());
				this.arrived.set(true);
			});
			signal();
		}

		/** ClientGroup.signal. */
		void signal() {
			if (!this.signalled.get() && this.signalled.compareAndSet(false, true)) {
				this.tasks.add("pass");
			}
		}

		/** ClientGroup.close. */
		void closeGroup(CloseReason reason) {
			this.groupClosing.set(reason);
			this.tasks.add("pass");
		}

		/** Dispatcher.Worker.run: a task or a tick, whichever is due. */
		void work() {
			String task = this.threads.region("Worker: what is due", () -> {
				boolean idle = this.tasks.isEmpty();
				boolean tick = this.ticks.get() > 0 && (idle || this.threads.maybe("tick"));
				this.threads.await(!this.stopped.get() && (tick || !idle));
				if (tick) {
					this.ticks.update((count) -> count - 1);
				}
				return tick ? "tick" : this.tasks.poll();
			});
			switch (task) {
				case "pass" -> run();
				case "tick" -> tick();
				case "drain" -> startDeparture();
				default -> this.stopped.set(true);
			}
		}

		/** ClientGroup.run. */
		void run() {
			this.signalled.set(false);
			pass();
		}

		void pass() {
			welcome();
			CloseReason reason = this.groupClosing.get();
			boolean more = false;
			if (this.welcomed.get()) {
				if (reason != null) {
					close(reason);
				}
				more = drain();
				if (this.closing.get() != null) {
					remove();
				}
			}
			if (more) {
				signal();
			}
		}

		/** ClientGroup.drain. */
		void startDeparture() {
			welcome();
			this.departing.set(this.welcomed.get());
		}

		/** ClientGroup.welcome. */
		void welcome() {
			this.threads.region("ClientGroup.welcome", () -> {
				if (this.arrived.get()) {
					this.arrived.set(false);
					this.welcomed.set(true);
				}
			});
		}

		/** ClientGroup.remove. */
		void remove() {
			this.welcomed.set(false);
			complete();
			CloseReason reason = this.closing.get();
			this.closed.update((before) -> with(before, reason));
		}

		/** ClientCursor.complete. */
		void complete() {
			this.threads.region("EventSink.complete", () -> this.completions.update((count) -> count + 1));
		}

		/** ClientCursor.writable. */
		void writable() {
			this.writable.set(true);
			signal();
		}

		/** ClientCursor.close. */
		void close(CloseReason reason) {
			if (this.closing.compareAndSet(null, reason)) {
				this.winners.update((before) -> with(before, reason));
				signal();
			}
		}

		/** ClientCursor.drain. */
		boolean drain() {
			if (!this.writable.get() || this.closing.get() != null) {
				return false;
			}
			if (!hasWork()) {
				this.blocked.set(false);
				return false;
			}
			if (this.breakable.get() && this.threads.maybe("EventSink fails")) {
				close(CloseReason.DISCONNECTED);
				return false;
			}
			return isReady() && write(next());
		}

		/** ClientCursor.hasWork. */
		boolean hasWork() {
			if (this.block.get() || this.unflushed.get() || this.leaving.get()) {
				return true;
			}
			return this.ended.get() || this.position.get() < this.tail.get();
		}

		/** ClientCursor.isReady. */
		boolean isReady() {
			this.writable.set(false);
			if (sinkIsReady()) {
				this.writable.set(true);
				this.blocked.set(false);
				return true;
			}
			this.blocked.set(true);
			return false;
		}

		/**
		 * EventSink.isReady: after a no, the container calls at any moment, also before
		 * the no is known.
		 */
		boolean sinkIsReady() {
			return this.threads.region("EventSink.isReady", () -> {
				boolean ready = this.refusals.get() == 0 || this.threads.maybe("ready");
				if (!ready) {
					this.refusals.update((count) -> count - 1);
					this.possible.set(true);
				}
				this.permitted.set(ready);
				return ready;
			});
		}

		/** The container, which calls once for any number of answers of no. */
		private void callBack() {
			this.threads.region("container calls onWritePossible", () -> {
				this.threads.await(this.possible.get());
				this.possible.set(false);
			});
			writable();
		}

		/** ClientCursor.next: whether there is a slice. */
		boolean next() {
			if (!this.block.get() && this.leaving.get()) {
				depart();
				return this.block.get();
			}
			return this.block.get() || readLog();
		}

		/** ClientCursor.depart. */
		private void depart() {
			if (!this.told.get()) {
				this.told.set(true);
				this.block.set(true);
			}
			else if (!this.unflushed.get()) {
				close(CloseReason.SHUTDOWN);
			}
		}

		/** ClientCursor.readLog. */
		boolean readLog() {
			boolean over = this.ended.get();
			if (this.position.get() < this.tail.get()) {
				return true;
			}
			if (over && !this.unflushed.get()) {
				close(CloseReason.COMPLETED);
			}
			return false;
		}

		/** ClientCursor.write. */
		boolean write(boolean slice) {
			if (slice) {
				this.unflushed.set(true);
				sinkWrite();
				if (this.block.get()) {
					this.block.set(false);
				}
				else {
					this.position.update((position) -> position + 1);
				}
				if (!isReady()) {
					return false;
				}
			}
			if (this.unflushed.get()) {
				sinkFlush();
				this.unflushed.set(false);
			}
			boolean more = hasWork();
			return more && this.closing.get() == null;
		}

		private void sinkWrite() {
			this.threads.require(this.permitted.get(), PERMITTED);
			this.permitted.set(false);
		}

		void sinkFlush() {
			this.threads.require(this.permitted.get(), PERMITTED);
			this.permitted.set(false);
			this.flushed.set(this.position.get());
		}

		/** What ClientCursor.tick does when the departure is due. */
		void leave() {
			this.leaving.set(true);
			signal();
		}

		/** ClientGroup.tick and ClientCursor.tick, where any deadline may have passed. */
		void tick() {
			if (!this.welcomed.get() || this.closing.get() != null) {
				return;
			}
			if (this.departing.get() && !this.leaving.get() && this.threads.maybe("departure is due")) {
				leave();
			}
			if (this.blocked.get() && !this.writable.get()) {
				if (this.breakable.get()) {
					close(this.threads.maybe("write timeout") ? CloseReason.WRITE_TIMEOUT : CloseReason.OVERFLOW);
				}
			}
			else if (!hasWork()) {
				this.block.set(true);
				drain();
			}
		}

	}

	/**
	 * A client whose response offers no non-blocking output, {@code SseEmitterSink}'s
	 * other way: a thread sends, and reports when it has.
	 */
	private static class SendingDelivery extends Delivery {

		final Cell<Boolean> sending = this.threads.cell("SseEmitterSink.sending", false);

		final Tasks<String> batches = this.threads.tasks("SseEmitterSink.sender");

		SendingDelivery() {
			this.threads.loop("sender", () -> {
				this.batches.take();
				send();
			});
		}

		/** SseEmitterSink.isReady. */
		@Override
		boolean sinkIsReady() {
			boolean ready = !this.sending.get();
			this.permitted.set(ready);
			return ready;
		}

		/** SseEmitterSink.flush. */
		@Override
		void sinkFlush() {
			super.sinkFlush();
			this.sending.set(true);
			this.batches.add("batch");
		}

		/** SseEmitterSink.send. */
		void send() {
			this.sending.set(false);
			writable();
		}

	}

	/**
	 * The same client, who comes while the stream and then the {@link Dispatcher} are
	 * closed.
	 */
	private static class ShuttingDown extends Delivery {

		static final String SENT_AWAY = "a client that was let in is sent away";

		static final String DEPARTING = "a client that was let in is given a time to go";

		final Monitor monitor = this.threads.monitor("EventStream's monitor");

		final Cell<Boolean> streamClosed = this.threads.cell("EventStream.closed", false);

		final Cell<Boolean> draining = this.threads.cell("EventStream.draining", false);

		final Cell<Boolean> group = this.threads.cell("EventStream.groups", false);

		ShuttingDown() {
			this.threads.thread("request", this::connect);
			this.threads.finallyHolds(SENT_AWAY, () -> this.completions.get() == (this.connected.get() ? 1 : 0));
			this.threads.outcome(() -> this.connected.get() ? this.closed.get().get(0) : "turned away");
		}

		/** EventSourceEndpoint.drain, without the time that it takes. */
		ShuttingDown drainAndShutDown() {
			this.threads.finallyHolds(DEPARTING, () -> !this.connected.get() || this.departing.get());
			this.threads.thread("shutdown", () -> {
				drainStream();
				this.threads.region("the time is over", () -> this.threads.await(this.tasks.isEmpty()));
				closeStream();
				this.tasks.add("stop");
			});
			return this;
		}

		/** EventSourceEndpoint.Running.close. */
		ShuttingDown shutDown() {
			this.threads.thread("shutdown", () -> {
				closeStream();
				this.tasks.add("stop");
			});
			return this;
		}

		/** EventStream.connect. */
		private void connect() {
			boolean open = enter();
			if (open) {
				this.group.set(true);
				admit();
			}
			this.monitor.exit();
			if (!open) {
				return;
			}
			if (this.streamClosed.get()) {
				closeStream();
			}
			this.threads.region("EventStream.connect returns", () -> this.connected.set(true));
			writable();
		}

		/** The beginning of EventStream.admit. */
		boolean enter() {
			this.monitor.enter();
			return !this.draining.get() && !this.streamClosed.get();
		}

		/** EventStream.drain. */
		private void drainStream() {
			this.monitor.enter();
			this.draining.set(true);
			this.monitor.exit();
			if (this.group.get()) {
				this.tasks.add("drain");
			}
		}

		/** EventStream.close. */
		private void closeStream() {
			this.monitor.enter();
			this.streamClosed.set(true);
			this.monitor.exit();
			if (this.group.get()) {
				closeGroup(CloseReason.SHUTDOWN);
			}
		}

		/** LogWriter.append. */
		@Override
		void publish() {
			append();
			if (this.group.get()) {
				signal();
			}
		}

	}

	/**
	 * A stream whose only client leaves and whose next one comes, while its publisher is
	 * let go, emits, fails or completes: {@link EventStream} and {@link StreamSource}. A
	 * subscription is a number, none is 0.
	 */
	private static class Lingering {

		static final String ONE_EPOCH = "the epoch of a client is that of the log";

		static final String SUBSCRIBED = "the stream of a client has a publisher, or will have one";

		static final String ONE_SUBSCRIPTION = "no subscription but the current one goes on";

		static final String LINGERED = "no publisher is let go before its time";

		static final String NEW_EVENTS = "a new epoch begins without old events";

		static final String KEPT = "the events of a publisher that has completed are kept";

		static final String STOPPED = "a stopped stream is not let go";

		private static final int LINGER = 5;

		final Interleavings threads = new Interleavings();

		final Cell<Integer> clock = this.threads.cell("clock", 10);

		final Monitor monitor = this.threads.monitor("EventStream's monitor");

		final Cell<Integer> clients = this.threads.cell("EventStream.clients", 1);

		final Cell<Integer> idleSince = this.threads.cell("EventStream.idleSince", 0);

		/** Written in the monitor of the intake. */
		final Cell<Integer> upstream = this.threads.cell("CurrentSubscription.subscription", 1);

		final Cell<Boolean> pending = this.threads.cell("CurrentSubscription.pending", false);

		final Note<Boolean> stopped = this.threads.note(false);

		final List<Cell<Boolean>> done = List.of(this.threads.cell("no subscription", true),
				this.threads.cell("PublisherSubscription.done of 1", false),
				this.threads.cell("PublisherSubscription.done of 2", false),
				this.threads.cell("PublisherSubscription.done of 3", false));

		final Cell<Boolean> ended = this.threads.cell("EventLog.ended", false);

		/** Written in the monitor of the log. */
		final Cell<Integer> epoch = this.threads.cell("EventLog.epoch", 0);

		/** Of which subscription each event is. */
		final Note<List<Integer>> log = this.threads.note(List.of());

		/** What has happened. */
		final Note<Integer> subscriptions = this.threads.note(1);

		final Note<Integer> leftAt = this.threads.note(0);

		final Note<Integer> place = this.threads.note(-1);

		final Note<Boolean> complete = this.threads.note(false);

		final Note<String> fate = this.threads.note("");

		Lingering() {
			this.threads.thread("worker of the client that leaves", this::closed);
			this.threads.thread("time", () -> this.clock.set(10 + LINGER));
			this.threads.thread("worker 0", () -> {
				tick();
				tick();
			});
			this.threads.thread("publisher", this::emit);
			this.threads.finallyHolds(ONE_EPOCH,
					() -> this.place.get() < 0 || this.place.get().equals(this.epoch.get()));
			this.threads.finallyHolds(SUBSCRIBED,
					() -> this.place.get() < 0 || this.ended.get() || this.upstream.get() != 0 || this.pending.get());
			this.threads.finallyHolds(ONE_SUBSCRIPTION, () -> {
				for (int i = 1; i <= this.subscriptions.get(); i++) {
					if (i != this.upstream.get() && !this.done.get(i).get()) {
						return false;
					}
				}
				return true;
			});
			this.threads.finallyHolds(NEW_EVENTS, () -> this.epoch.get() == 0 || !this.log.get().contains(1));
			this.threads.finallyHolds(KEPT, () -> !this.complete.get() || this.epoch.get() == 0);
			this.threads.outcome(() -> this.fate.get() + ((this.epoch.get() == 0) ? "kept" : "let go"));
		}

		Lingering comer() {
			this.threads.thread("request of the client that comes", this::connect);
			return this;
		}

		/** EventSourceEndpoint.stop. */
		Lingering stopper() {
			this.threads.thread("stopper", this::stop);
			return this;
		}

		/** The first publisher: onNext, and then perhaps an end. */
		private void emit() {
			if (!this.done.get(1).get()) {
				append(1);
			}
			if (this.threads.maybe("the publisher fails")) {
				onError(1);
			}
			else if (this.threads.maybe("the publisher completes")) {
				onComplete(1);
			}
		}

		/** PublisherSubscription.onError. */
		private void onError(int subscription) {
			if (this.done.get(subscription).compareAndSet(false, true)) {
				this.fate.set("failed and ");
				failed(subscription);
			}
		}

		/** PublisherSubscription.onComplete. */
		private void onComplete(int subscription) {
			if (this.done.get(subscription).compareAndSet(false, true)) {
				this.fate.set("completed and ");
				completed(subscription);
			}
		}

		/** LogWriter.append. */
		void append(int subscription) {
			this.threads.region("LogWriter.append", () -> {
				if (this.upstream.get() == subscription) {
					this.log.update((log) -> with(log, subscription));
				}
			});
		}

		/** SubscriptionSignals.failed. */
		void failed(int subscription) {
			this.threads.region("SubscriptionSignals.failed", () -> {
				if (this.upstream.get() == subscription) {
					this.upstream.set(0);
					this.pending.set(true);
				}
			});
		}

		/** SubscriptionSignals.completed. */
		void completed(int subscription) {
			boolean current = this.threads.region("SubscriptionSignals.completed", () -> {
				boolean found = this.upstream.get() == subscription;
				if (found) {
					this.stopped.set(true);
					this.complete.set(true);
				}
				return found;
			});
			if (current) {
				stop();
			}
		}

		/** EventStream.stop and StreamSource.stop. */
		void stop() {
			end(true);
			this.ended.set(true);
		}

		/** CurrentSubscription.end: whether there was something to let go. */
		private boolean end(boolean forGood) {
			Ended found = this.threads.region("CurrentSubscription.end: what there was", () -> {
				int current = this.upstream.get();
				boolean active = isActive(current);
				this.threads.require(forGood || !active || !this.stopped.get(), STOPPED);
				this.upstream.set(0);
				if (forGood) {
					this.stopped.set(true);
				}
				this.pending.set(false);
				return new Ended(current, active);
			});
			if (found.current() != 0) {
				this.done.get(found.current()).compareAndSet(false, true);
			}
			return found.active();
		}

		/** The condition in CurrentSubscription.end. */
		boolean isActive(int current) {
			return !this.stopped.get() && (current != 0 || this.pending.get());
		}

		/** CurrentSubscription.begin. */
		private void begin(boolean start) {
			boolean due = this.threads.maybe("the pause is over");
			this.threads.region("CurrentSubscription.begin", () -> {
				if (this.stopped.get() || this.upstream.get() != 0 || !(start || this.pending.get())) {
					return;
				}
				this.pending.set(!due);
				if (due) {
					this.subscriptions.update((count) -> count + 1);
					this.upstream.set(this.subscriptions.get());
				}
			});
		}

		/** EventStream.connect. */
		void connect() {
			admit();
			start();
		}

		/** EventStream.admit. */
		void admit() {
			this.monitor.enter();
			this.clients.update((count) -> count + 1);
			this.place.set(this.threads.region("EventLog.start", this.epoch::get));
			this.monitor.exit();
		}

		/** EventStream.start and StreamSource.start. */
		void start() {
			this.idleSince.set(this.clock.get());
			begin(true);
		}

		/** EventStream.closed. */
		void closed() {
			int now = this.clock.get();
			this.leftAt.set(now);
			this.idleSince.set(now);
			this.clients.update((count) -> count - 1);
		}

		/** EventStream.tick and StreamSource.tick. */
		private void tick() {
			int now = this.clock.get();
			if (this.clients.get() == 0) {
				release(now);
			}
			if (this.pending.get()) {
				begin(false);
			}
		}

		/** EventStream.release. */
		void release(int now) {
			this.monitor.enter();
			releaseInMonitor(now);
			this.monitor.exit();
		}

		void releaseInMonitor(int now) {
			if (this.clients.get() == 0 && now - this.idleSince.get() >= LINGER && !this.ended.get() && end(false)) {
				this.threads.require(now - this.leftAt.get() >= LINGER, LINGERED);
				renew();
			}
		}

		/** EventLog.renew. */
		private void renew() {
			this.threads.region("EventLog.renew", () -> {
				this.log.set(List.of());
				this.epoch.update((epoch) -> epoch + 1);
			});
		}

		/**
		 * What CurrentSubscription.end has found.
		 *
		 * @param current the subscription
		 * @param active whether there was something to let go
		 */
		private record Ended(int current, boolean active) {

		}

	}

	/**
	 * A subscription that comes while it is let go: {@link PublisherSubscription}.
	 */
	private static class Subscribing {

		static final String CANCELLED = "a subscription that was let go is cancelled";

		final Interleavings threads = new Interleavings();

		final Cell<Boolean> done = this.threads.cell("PublisherSubscription.done", false);

		final Cell<@Nullable String> subscription = this.threads.cell("PublisherSubscription.subscription", null);

		final Note<Boolean> cancelled = this.threads.note(false);

		Subscribing() {
			this.threads.thread("publisher", this::onSubscribe);
			this.threads.thread("closer", this::end);
			this.threads.finallyHolds(CANCELLED, this.cancelled::get);
		}

		/**
		 * PublisherSubscription.onSubscribe; there is but one, so its monitor is never
		 * waited for.
		 */
		private void onSubscribe() {
			if (this.subscription.get() == null && !this.done.get()) {
				this.subscription.set("subscription");
			}
			if (this.subscription.get() == null || isLetGo()) {
				this.cancelled.set(true);
			}
		}

		boolean isLetGo() {
			return this.done.get();
		}

		/**
		 * CurrentSubscription.end, and PublisherSubscription.cancel on whatever thread.
		 */
		private void end() {
			if (this.done.compareAndSet(false, true) && this.subscription.get() != null) {
				this.cancelled.set(true);
			}
		}

	}

	/**
	 * A reader that the events of a log of two run away from: {@link EventLog} and
	 * {@link Slice}. A frame is its number.
	 */
	private static class Ring {

		static final String RIGHT = "a reader takes the frame that it wants";

		static final String LEFT = "an empty slot below the tail means that the frame has left";

		static final String TOLD = "a reader has the newest of each key, or knows that something is missing";

		static final int CAPACITY = 2;

		/** The keys of the events; the last but one does not fit beside another. */
		private static final List<String> KEYS = List.of("a", "b", "a", "a", "b", "b");

		private static final int LARGE = 4;

		final Interleavings threads = new Interleavings();

		final boolean conflating;

		final List<Cell<@Nullable Integer>> slots = List.of(this.threads.cell("EventLog.ring 0", null),
				this.threads.cell("EventLog.ring 1", null));

		final Cell<Integer> head = this.threads.cell("EventLog.head", 0);

		final Cell<Integer> tail = this.threads.cell("EventLog.tail", 0);

		final Cell<Integer> lost = this.threads.cell("EventLog.lost", -1);

		final List<Cell<Boolean>> overtaken = new ArrayList<>();

		/** EventLog.framesByKey. */
		final Note<List<Integer>> newest = this.threads.note(List.of());

		/**
		 * What the reader got, and from where to where it was told to have missed some.
		 */
		final Note<List<Integer>> taken = this.threads.note(List.of());

		final Note<List<Integer>> missed = this.threads.note(List.of());

		Ring(boolean conflating) {
			this.conflating = conflating;
			for (int i = 0; i < KEYS.size(); i++) {
				this.overtaken.add(this.threads.cell("Frame.overtaken of " + i, false));
			}
			this.threads.thread("publisher", () -> {
				for (int i = 0; i < KEYS.size(); i++) {
					append(i);
				}
			});
			this.threads.thread("reader", this::read);
			this.threads.finallyHolds(TOLD, this::isAllAccountedFor);
			this.threads.outcome(() -> this.missed.get().isEmpty() ? "without a gap" : "with a gap");
		}

		private boolean isAllAccountedFor() {
			for (int i = 0; i < KEYS.size(); i++) {
				boolean known = false;
				for (int j = i; j < KEYS.size(); j++) {
					known |= (j == i || (this.conflating && KEYS.get(j).equals(KEYS.get(i))))
							&& (this.taken.get().contains(j) || this.missed.get().contains(j));
				}
				if (!known) {
					return false;
				}
			}
			return true;
		}

		/** EventLog.append; what only appending threads read is no step. */
		private void append(int sequence) {
			if (this.conflating) {
				overtake(sequence);
			}
			int first = this.threads.region("EventLog.append: head", this.head::get);
			while (sequence - first >= CAPACITY || (sequence == LARGE && first < sequence)) {
				evict(first);
				first++;
			}
			fill(sequence);
		}

		/** EventLog.overtake. */
		private void overtake(int sequence) {
			for (int older : this.newest.get()) {
				if (KEYS.get(older).equals(KEYS.get(sequence))) {
					this.overtaken.get(older).set(true);
				}
			}
			this.newest.update((before) -> {
				List<Integer> after = new ArrayList<>(before);
				after.removeIf((older) -> KEYS.get(older).equals(KEYS.get(sequence)));
				after.add(sequence);
				return List.copyOf(after);
			});
		}

		/** EventLog.evict. */
		void evict(int sequence) {
			noteLoss(sequence);
			this.head.set(sequence + 1);
			this.slots.get(sequence % CAPACITY).set(null);
		}

		void noteLoss(int sequence) {
			if (this.conflating && !this.overtaken.get(sequence).get()) {
				this.lost.set(sequence);
			}
			this.newest.update((before) -> before.stream().filter((each) -> each != sequence).toList());
		}

		/** The end of EventLog.append. */
		void fill(int sequence) {
			this.slots.get(sequence % CAPACITY).set(sequence);
			this.tail.set(sequence + 1);
		}

		/** ClientCursor.readLog, as often as there is something. */
		private void read() {
			int position = 0;
			while (position < KEYS.size()) {
				int current = position;
				this.threads.region("ClientCursor is behind EventLog.tail",
						() -> this.threads.await(current < this.tail.get()));
				int next = slice(position);
				position = (next > position) ? next : skip(position);
			}
		}

		/** Slice.of. */
		private int slice(int position) {
			Integer frame = frame(position);
			if (frame == null) {
				return position;
			}
			int end = this.tail.get();
			int next = position;
			while (frame != null) {
				this.threads.require(frame == next, RIGHT);
				if (!this.conflating || !this.overtaken.get(frame).get()) {
					int one = frame;
					this.taken.update((before) -> with(before, one));
				}
				next++;
				frame = (next < end) ? frame(next) : null;
			}
			return next;
		}

		/** EventLog.frame. */
		@Nullable Integer frame(int sequence) {
			Integer frame = this.slots.get(sequence % CAPACITY).get();
			return (frame != null && frame == sequence) ? frame : null;
		}

		/** EventLog.skip. */
		private int skip(int position) {
			int oldest = this.head.get();
			this.threads.require(oldest > position, LEFT);
			if (this.conflating && this.lost.get() < position) {
				return oldest;
			}
			int start = this.conflating ? oldest : oldest + (this.tail.get() - oldest) / 2;
			for (int i = position; i < start; i++) {
				int one = i;
				this.missed.update((before) -> with(before, one));
			}
			return start;
		}

	}

	/**
	 * A publisher that is asked for what fits before a client that reads, while a second
	 * one comes, on another worker: {@code Demand.room}, {@code ClientGroup#admit} and
	 * {@code ClientGroup#floor}.
	 */
	private static class Asking {

		static final String KEPT = "nothing leaves the log before a client that is waited for has had it";

		static final int WINDOW = 2;

		private static final int EVENTS = 4;

		final Interleavings threads = new Interleavings();

		final Cell<Integer> tail = this.threads.cell("EventLog.tail", 0);

		final Cell<Integer> requested = this.threads.cell("PublisherSubscription.requested", 0);

		final Cell<Integer> received = this.threads.cell("PublisherSubscription.received", 0);

		/** The group of the client that reads. */
		final Cell<Integer> reader = this.threads.cell("ClientGroup.floor of the reader", 0);

		/** The group of the client that comes. */
		final Cell<Integer> comer = this.threads.cell("ClientGroup.floor of the comer", Integer.MAX_VALUE);

		final Note<@Nullable Integer> place = this.threads.note(null);

		Asking() {
			this.threads.loop("publisher", this::emit);
			this.threads.thread("asks", () -> {
				for (int i = 0; i < EVENTS; i++) {
					request();
				}
			});
			this.threads.thread("reader's worker", () -> {
				for (int i = 0; i < 2; i++) {
					settle();
				}
			});
			this.threads.thread("comer", this::admit);
			this.threads.always(KEPT, () -> this.place.get() == null || this.tail.get() - this.place.get() <= WINDOW);
			this.threads.outcome(() -> {
				int place = this.place.get();
				return (place == 0) ? "came first" : (place == this.tail.get()) ? "came last" : "came in the midst";
			});
		}

		/** Without the client that reads: what is asked for with nobody there. */
		Asking alone() {
			this.threads.initially(() -> this.reader.set(Integer.MAX_VALUE));
			return this;
		}

		/** PublisherSubscription.accept. */
		private void emit() {
			this.threads.region("EventLog.append", () -> {
				this.threads.await(this.received.get() < this.requested.get() && this.tail.get() < EVENTS);
				this.tail.update((tail) -> tail + 1);
			});
			this.received.update((count) -> count + 1);
		}

		/** PublisherSubscription.request, one call at a time. */
		private void request() {
			int room = room();
			if (room > 0) {
				this.requested.update((count) -> count + room);
			}
		}

		/** Demand.room. */
		int room() {
			int outstanding = outstanding();
			int tail = this.tail.get();
			return WINDOW - lag(tail, floor()) - outstanding;
		}

		/** PublisherSubscription.outstanding. */
		int outstanding() {
			return this.requested.get() - this.received.get();
		}

		/** Audience.floor. */
		int floor() {
			return Math.min(this.reader.get(), this.comer.get());
		}

		int lag(int tail, int floor) {
			return (floor == Integer.MAX_VALUE) ? 0 : Math.max(0, tail - floor);
		}

		/** ClientGroup.settle, of a client that has had everything. */
		private void settle() {
			if (this.reader.get() != Integer.MAX_VALUE) {
				this.reader.set(this.tail.get());
			}
		}

		/** ClientGroup.admit. */
		void admit() {
			announce();
			takePlace();
		}

		void announce() {
			this.comer.set(this.tail.get());
		}

		void takePlace() {
			this.threads.region("EventLog.start", () -> this.place.set(this.tail.get()));
		}

	}

	/**
	 * A client that comes back while what was published before the start of its server is
	 * put into the log: {@link EventLog}. A frame is its number.
	 */
	private static class Prepending {

		static final String THERE = "a client that has a place before the first event finds what follows there";

		static final String KEPT_UP = "a client that has just come has not fallen out of the log";

		private static final int OLDEST = -2;

		final Interleavings threads = new Interleavings();

		final List<Cell<@Nullable Integer>> slots = List.of(this.threads.cell("EventLog.ring 0", null),
				this.threads.cell("EventLog.ring 1", null));

		final List<Cell<Boolean>> known = List.of(this.threads.cell("EventLog.framesById has -2", false),
				this.threads.cell("EventLog.framesById has -1", false));

		final Cell<Integer> head = this.threads.cell("EventLog.head", 0);

		final Note<String> start = this.threads.note("");

		Prepending() {
			this.threads.thread("relay", this::prepend);
			this.threads.thread("client", this::come);
			this.threads.outcome(this.start::get);
		}

		/** EventLog.prepend. */
		void prepend() {
			for (int i = OLDEST; i < 0; i++) {
				fill(i);
			}
			this.head.set(OLDEST);
			for (int i = OLDEST; i < 0; i++) {
				makeKnown(i);
			}
		}

		void fill(int sequence) {
			this.slots.get(sequence - OLDEST).set(sequence);
		}

		void makeKnown(int sequence) {
			this.known.get(sequence - OLDEST).set(true);
		}

		/** EventLog.start, then Slice.of and ClientCursor.isOverrun. */
		private void come() {
			if (!this.known.get(0).get()) {
				this.start.set("unknown");
				return;
			}
			this.start.set("resumed");
			int position = OLDEST + 1;
			this.threads.region("EventLog.frame",
					() -> this.threads.require(this.slots.get(position - OLDEST).get() != null, THERE));
			this.threads.region("ClientCursor.isOverrun",
					() -> this.threads.require(position >= this.head.get(), KEPT_UP));
		}

	}

	/**
	 * A client that gets its history in two batches: {@code HistoryReplay}, and what a
	 * {@code ClientCursor} does with it.
	 */
	private static class Replaying {

		static final String TAKEN = "a client that stays gets all of its history";

		static final String UNDISTURBED = "nothing happens to a history while it is read";

		static final String CLOSED = "a history that was opened is closed once";

		static final String OFF_WORKERS = "no worker reads a history";

		private static final int BATCHES = 2;

		final Interleavings threads = new Interleavings();

		final Tasks<String> tasks = this.threads.tasks("Worker.tasks");

		final Tasks<String> executor = this.threads.tasks("Dispatcher.intake");

		final Cell<Boolean> refusing = this.threads.cell("Dispatcher.intake refuses", false);

		final Cell<Boolean> signalled = this.threads.cell("ClientGroup.signalled", false);

		final Cell<Boolean> closing = this.threads.cell("ClientCursor.closing", false);

		final Cell<Boolean> streamClosed = this.threads.cell("EventStream.closed", false);

		final Cell<Boolean> reading = this.threads.cell("HistoryReplay.reading", false);

		final Cell<Boolean> cancelled = this.threads.cell("HistoryReplay.cancelled", false);

		final Cell<@Nullable Integer> batch = this.threads.cell("HistoryReplay.batch", null);

		final Cell<Boolean> events = this.threads.cell("HistoryReplay.events", false);

		/** ClientCursor.history, and whether there is still a client. */
		final Note<Boolean> replaying = this.threads.note(false);

		final Note<Boolean> present = this.threads.note(true);

		/** The store. */
		final Note<Boolean> opened = this.threads.note(false);

		final Note<Boolean> busy = this.threads.note(false);

		final Note<Integer> read = this.threads.note(0);

		final Note<Integer> taken = this.threads.note(0);

		final Note<Integer> closings = this.threads.note(0);

		Replaying() {
			this.threads.loop("worker", this::work);
			for (int i = 1; i <= 2; i++) {
				this.threads.loop("intake " + i, () -> {
					if (this.executor.take().equals("run")) {
						run(false);
					}
					else {
						close();
					}
				});
			}
			this.threads.thread("publisher", this::signal);
			this.threads.thread("request", this::signal);
			this.threads.finallyHolds(CLOSED, () -> this.closings.get() == (this.opened.get() ? 1 : 0));
			this.threads.finallyHolds(TAKEN, () -> this.closing.get() || this.taken.get() == BATCHES);
		}

		Replaying leaver() {
			this.threads.thread("transport", () -> {
				this.closing.set(true);
				signal();
			});
			return this;
		}

		/** EventStream.close, and then Dispatcher.close. */
		Replaying shutDown() {
			this.threads.thread("shutdown", () -> {
				this.streamClosed.set(true);
				this.closing.set(true);
				this.tasks.add("pass");
				this.refusing.set(true);
			});
			return this;
		}

		/** ClientGroup.signal. */
		void signal() {
			if (!this.signalled.get() && this.signalled.compareAndSet(false, true)) {
				this.tasks.add("pass");
			}
		}

		/** ClientGroup.run. */
		private void work() {
			this.tasks.take();
			this.signalled.set(false);
			if (!this.present.get()) {
				return;
			}
			if (!this.replaying.get() && this.taken.get() == 0) {
				this.replaying.set(true);
				fetch();
			}
			if (!this.closing.get() && this.replaying.get() && this.batch.get() != null) {
				take();
			}
			if (this.closing.get()) {
				this.present.set(false);
				if (this.replaying.get()) {
					cancel();
				}
			}
		}

		/** HistoryReplay.fetch. */
		private void fetch() {
			this.reading.set(true);
			execute("run");
		}

		/** ClientCursor.readHistory and HistoryReplay.take. */
		private void take() {
			Integer next = this.batch.get();
			this.batch.set(null);
			this.taken.update((count) -> count + 1);
			if (next < BATCHES) {
				fetch();
			}
			else {
				this.replaying.set(false);
			}
		}

		/** HistoryReplay.cancel. */
		private void cancel() {
			this.cancelled.set(true);
			if (!this.reading.get()) {
				execute("close");
			}
		}

		/** The executor that EventStream puts behind its gate. */
		private void execute(String task) {
			boolean accepted = this.threads.region("Dispatcher.intake takes " + task, () -> {
				boolean open = !this.refusing.get();
				if (open) {
					this.executor.add(task);
				}
				return open;
			});
			if (!accepted) {
				refused(task);
			}
		}

		void refused(String task) {
			if (task.equals("run")) {
				run(true);
			}
			else {
				close();
			}
		}

		/** HistoryReplay.run. */
		void run(boolean onWorker) {
			Integer next = (this.cancelled.get() || this.streamClosed.get()) ? null : read(onWorker);
			this.reading.set(false);
			if (this.cancelled.get()) {
				close();
			}
			hand(next);
		}

		void hand(@Nullable Integer next) {
			this.batch.set(next);
			signal();
		}

		/** HistoryReplay.read. */
		Integer read(boolean onWorker) {
			this.threads.require(!onWorker, OFF_WORKERS);
			if (!this.opened.get()) {
				this.opened.set(true);
				this.events.set(true);
			}
			this.threads.region("Iterator.next", () -> {
				this.threads.require(!this.busy.get() && this.closings.get() == 0, UNDISTURBED);
				this.busy.set(true);
			});
			this.threads.region("Iterator.next returns", () -> {
				this.busy.set(false);
				this.read.update((count) -> count + 1);
			});
			int next = this.read.get();
			if (next == BATCHES) {
				close();
			}
			return next;
		}

		/** HistoryReplay.close. */
		void close() {
			if (this.events.getAndSet(false)) {
				this.threads.region("Stream.close", () -> {
					this.threads.require(!this.busy.get(), UNDISTURBED);
					this.closings.update((count) -> count + 1);
				});
			}
		}

	}

	/**
	 * Threads that put tasks into a {@link BoundedExecutor}, whose executor may come to
	 * refuse them.
	 */
	private static class Gated {

		static final String RUN = "every task is run once";

		static final String BOUNDED = "no more tasks run at once than may";

		final Interleavings threads = new Interleavings();

		final int width;

		/** Both are guarded by the monitor of the gate. */
		final Tasks<String> waiting = this.threads.tasks("BoundedExecutor.waiting");

		final Note<Integer> running = this.threads.note(0);

		final Tasks<String> executor = this.threads.tasks("BoundedExecutor.executor");

		final Cell<Boolean> refusing = this.threads.cell("BoundedExecutor.executor refuses", false);

		final Note<Integer> active = this.threads.note(0);

		final Note<List<String>> done = this.threads.note(List.of());

		Gated(int width, int submitters, int tasks) {
			this.width = width;
			for (int i = 1; i <= submitters; i++) {
				String name = "submitter " + i;
				this.threads.thread(name, () -> {
					for (int j = 1; j <= tasks; j++) {
						execute("task " + j + " of " + name);
					}
				});
			}
			for (int i = 1; i <= width + 1; i++) {
				this.threads.loop("thread " + i, () -> {
					this.executor.take();
					run();
				});
			}
			this.threads.finallyHolds(RUN, () -> this.done.get().size() == submitters * tasks
					&& Set.copyOf(this.done.get()).size() == submitters * tasks && this.running.get() == 0);
		}

		Gated shutDown() {
			this.threads.thread("shutdown", () -> this.refusing.set(true));
			return this;
		}

		/** BoundedExecutor.execute. */
		private void execute(String task) {
			if (!begin(task)) {
				return;
			}
			boolean accepted = this.threads.region("BoundedExecutor.executor takes run", () -> {
				boolean open = !this.refusing.get();
				if (open) {
					this.executor.add("run");
				}
				return open;
			});
			if (!accepted) {
				run();
			}
		}

		/** What BoundedExecutor.execute does in the monitor. */
		boolean begin(String task) {
			return this.threads.region("BoundedExecutor.execute", () -> {
				this.waiting.add(task);
				boolean more = this.running.get() < this.width;
				if (more) {
					this.running.update((count) -> count + 1);
				}
				return more;
			});
		}

		/** BoundedExecutor.run. */
		private void run() {
			String task = next();
			while (task != null) {
				perform(task);
				task = next();
			}
		}

		private void perform(String task) {
			this.threads.region(task + " begins", () -> {
				this.threads.require(this.active.get() < this.width, BOUNDED);
				this.active.update((count) -> count + 1);
			});
			this.threads.region(task + " ends", () -> {
				this.active.update((count) -> count - 1);
				this.done.update((before) -> with(before, task));
			});
		}

		/** BoundedExecutor.next. */
		@Nullable String next() {
			return this.threads.region("BoundedExecutor.next", () -> {
				String task = this.waiting.poll();
				if (task == null) {
					this.running.update((count) -> count - 1);
				}
				return task;
			});
		}

	}

}
