package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.engine.Faults.Kind;
import io.eventsource.engine.Faults.Place;
import io.eventsource.engine.runtime.Dispatcher;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Lets each call out of the engine fail in each way, once and always, while clients of
 * the same stream and of another one on the same worker look on: they are served, nothing
 * is left over, and somebody is told.
 */
@ExtendWith(OutputCaptureExtension.class)
class FaultInjectionTests {

	private static final Duration STALL_TIMEOUT = Duration.ofMillis(400);

	/** Where a failure that lasts leaves the stream itself with nothing to send. */
	private static final Set<Place> FATAL_IF_ALWAYS = Set.of(Place.FILTER, Place.MAPPING, Place.PUBLISHER_SUBSCRIBE,
			Place.PUBLISHER_REQUEST, Place.EXECUTOR);

	/** Where what stands still is the thread of the stream's own publisher. */
	private static final Set<Place> FATAL_IF_STALLED = Set.of(Place.MAPPING, Place.WRITER, Place.LISTENER_REJECTED,
			Place.LISTENER_CALL_FAILED, Place.LISTENER_PUBLISHER_FAILED, Place.PUBLISHER_SUBSCRIBE, Place.EXECUTOR);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<RecordingSink> sinks = new CopyOnWriteArrayList<>();

	private final AtomicInteger count = new AtomicInteger();

	private final AtomicLong turned = new AtomicLong();

	private @Nullable CompletableFuture<Integer> disconnected;

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
	}

	static Stream<Arguments> faults() {
		return Stream.of(Place.values())
			.flatMap((place) -> Stream.of(Kind.values())
				// A clock that stands still is no call that does
				.filter((kind) -> place != Place.CLOCK || kind != Kind.STALL)
				.flatMap((kind) -> Stream.of(false, true).map((always) -> Arguments.of(place, kind, always))));
	}

	@ParameterizedTest(name = "{0} {1}, always: {2}")
	@MethodSource("faults")
	void failureHarmsNobodyElseAndLeavesNothingAndIsTold(Place place, Kind kind, boolean always,
			CapturedOutput output) {
		Faults faults = new Faults(place, kind, always);
		FaultyListener listener = new FaultyListener(faults);
		try (Dispatcher dispatcher = dispatcher(faults); FaultySource source = new FaultySource(faults)) {
			EventStream stream = stream(dispatcher, source, faults, listener);
			EventChannel otherSource = EventChannel.create();
			EventStream other = EventStream.builder("other", otherSource, dispatcher).build();
			RecordingSink otherClient = connect(other, new RecordingSink(Long.MAX_VALUE), null);
			connect(stream, new RecordingSink(Long.MAX_VALUE), null);
			await().until(() -> source.subscriptions() == 1 && source.link().requested() > 0);
			faults.arm();
			provoke(dispatcher, stream, source, faults, listener);
			await().until(() -> {
				source.emitLater(Event.of("more", "for the clients that are there"));
				return faults.hits() > 0;
			});

			otherSource.publish("news", "for others");
			await().untilAsserted(() -> assertThat(otherClient.data()).containsExactly("for others"));
			if (!(always ? FATAL_IF_ALWAYS : Set.of()).contains(place)
					&& !((kind == Kind.STALL) ? FATAL_IF_STALLED : Set.of()).contains(place)) {
				awaitEventForAnyClient(stream, source);
			}
			await().untilAsserted(() -> assertTold(place, kind, listener, output));

			faults.disarm();
			stream.close();
			other.close();
			await().untilAsserted(() -> {
				assertThat(stream.snapshot().clients()).isZero();
				assertThat(this.sinks).allSatisfy((sink) -> assertThat(sink.completions()).isOne());
				assertThat(dispatcher.snapshot()).satisfies((workers) -> {
					assertThat(workers.isHealthy()).isTrue();
					assertThat(workers.lost()).isZero();
				});
			});
			assertThat(this.sinks).allSatisfy((sink) -> assertThat(sink.violations()).isEmpty());
			assertThat(listener.heard().stream().filter((heard) -> heard.startsWith("closed ")))
				.hasSameSizeAs(listener.heard().stream().filter((heard) -> heard.startsWith("opened ")).toList());
		}
	}

	private Dispatcher dispatcher(Faults faults) {
		return new Dispatcher(1, (task) -> {
			faults.at(Place.EXECUTOR);
			this.threads.execute(task);
		}, STALL_TIMEOUT, () -> {
			faults.at(Place.CLOCK);
			return System.nanoTime() + this.turned.get();
		});
	}

	private EventStream stream(Dispatcher dispatcher, FaultySource source, Faults faults, StreamListener listener) {
		return EventStream.builder("test", source, dispatcher)
			.settings(StreamSettings.builder()
				.restartMinDelay(Duration.ofMillis(20))
				.restartMaxDelay(Duration.ofMillis(50))
				.maxEventSize(1000)
				.build())
			.listener(listener)
			.dataWriter((data) -> {
				faults.at(Place.WRITER);
				return data.toString();
			})
			.mapping((element) -> {
				faults.at(Place.MAPPING);
				return (Event) element;
			})
			.filters(List.of((event, client) -> {
				if (event.type().equals("bad")) {
					throw new UnsupportedOperationException("this filter fails for this event");
				}
				if (!"old".equals(event.data())) {
					// Those of the history are not looked at by a worker
					faults.at(Place.FILTER);
				}
				return true;
			}))
			.history(new FaultyHistory(faults))
			.build();
	}

	/**
	 * Brings about each call that there is.
	 */
	private void provoke(Dispatcher dispatcher, EventStream stream, FaultySource source, Faults faults,
			FaultyListener listener) {
		RecordingSink target = new RecordingSink(Long.MAX_VALUE);
		this.threads.execute(() -> connect(stream, new FaultySink(target, faults), "unknown"));
		this.threads.execute(() -> connect(stream, new RecordingSink(Long.MAX_VALUE), "gone"));
		RecordingSink leaver = new RecordingSink(Long.MAX_VALUE);
		this.threads.execute(() -> {
			connect(stream, new FaultySink(leaver, faults), null);
			leaver.connection().close(CloseReason.DISCONNECTED);
		});
		// Clients stay unready for longer than the engine waits
		this.threads.execute(() -> connect(stream, new FaultySink(new RecordingSink(0), faults), null));
		source.emitLater(Event.of("object", 42));
		source.emitLater(Event.of("bad", "a filter fails for this"));
		source.emitLater(Event.of("large", "x".repeat(2000)));
		source.failLater();
		this.disconnected = stream.disconnect((client) -> {
			faults.at(Place.CONDITION);
			return false;
		});
		FaultySource let = new FaultySource(faults);
		EventStream brief = stream(dispatcher, let, faults, new FaultyListener(faults));
		this.threads.execute(() -> {
			brief.start();
			// A fault may see to it that there is none, for as long as the test goes on
			await().until(() -> let.subscriptions() > 0 || this.threads.isShutdown());
			brief.close();
			let.close();
		});
		await().until(() -> listener.heard().stream().filter((heard) -> heard.startsWith("opened")).count() == 5);
		this.turned.addAndGet(Duration.ofSeconds(6).toNanos());
	}

	/**
	 * Emits until a client has got an event: one that was there, or one that comes.
	 */
	private void awaitEventForAnyClient(EventStream stream, FaultySource source) {
		this.threads.execute(() -> connect(stream, new RecordingSink(Long.MAX_VALUE), null));
		await().until(() -> {
			source.emitLater(Event.of("probe", "for all"));
			return this.sinks.stream().anyMatch((sink) -> sink.data().contains("for all"));
		});
	}

	private void assertTold(Place place, Kind kind, FaultyListener listener, CapturedOutput output) {
		if (kind == Kind.STALL) {
			if (place.isOnWorker()) {
				assertThat(output).contains("held up worker");
			}
			return;
		}
		if (place.isListener()) {
			assertThat(output).contains("A stream listener of stream 'test' failed");
			return;
		}
		switch (place) {
			case FILTER -> assertThat(listener.heard()).anyMatch((heard) -> heard.startsWith("filter failed"));
			case WRITER, MAPPING -> assertThat(listener.heard()).contains("rejected", "call failed WRITER");
			case SINK_READY, SINK_WRITE, SINK_FLUSH, SINK_NEVER_READY -> assertThat(listener.heard())
				.anyMatch((heard) -> heard.startsWith("closed") && heard.matches(".*(DISCONNECTED|FAILED)"));
			case SINK_COMPLETE -> assertThat(listener.heard()).contains("call failed SINK");
			case EXECUTOR -> assertThat(output).contains("No thread could be started for a task");
			case HISTORY_AFTER, HISTORY_NEXT, HISTORY_CLOSE ->
				assertThat(listener.heard()).contains("call failed HISTORY");
			case PUBLISHER_SUBSCRIBE, PUBLISHER_REQUEST -> assertThat(listener.heard()).contains("publisher failed");
			case PUBLISHER_CANCEL -> assertThat(output).contains("failed to cancel");
			case CONDITION -> {
				assertThat(this.disconnected).isCompletedWithValueMatching((count) -> count > 0);
				assertThat(listener.heard()).contains("call failed CONDITION");
			}
			default -> assertThat(place).isEqualTo(Place.CLOCK);
		}
	}

	private RecordingSink connect(EventStream stream, RecordingSink sink, @Nullable String lastEventId) {
		this.sinks.add(sink);
		sink.open(stream.connect(client(stream, lastEventId), sink));
		return sink;
	}

	private void connect(EventStream stream, FaultySink sink, @Nullable String lastEventId) {
		this.sinks.add(sink.sink());
		sink.sink().open(stream.connect(client(stream, lastEventId), sink));
	}

	private EventClient client(EventStream stream, @Nullable String lastEventId) {
		return EventClient.builder("c" + this.count.incrementAndGet(), stream.name()).lastEventId(lastEventId).build();
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
	}

}
