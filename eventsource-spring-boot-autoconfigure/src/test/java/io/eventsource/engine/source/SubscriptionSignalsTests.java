package io.eventsource.engine.source;

import java.util.ArrayList;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.runtime.ApplicationCalls;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.PublisherLog;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Supervisor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a subscription may do to a stream once another one has become the current one.
 */
class SubscriptionSignalsTests {

	private static final Log logger = LogFactory.getLog(SubscriptionSignalsTests.class);

	private final StreamSettings settings = StreamSettings.defaults();

	private final StreamContext stream = new StreamContext("test", this.settings, false,
			new Supervisor("test", new StreamListener() {
			}, logger, System::nanoTime), new ApplicationCalls(), System::nanoTime);

	private final EventTranslator translator = new EventTranslator(this.stream,
			new FrameEncoder(String::valueOf, this.settings.buffer().maxEventSize()), Event::of);

	private final EventLog log = new EventLog(10, 100_000, false, false, System::nanoTime);

	private final SourceLog sourceLog = new SourceLog(this.log, () -> Long.MAX_VALUE, () -> false, () -> {
	});

	private final CurrentSubscription current = new CurrentSubscription(this.settings.publisher(), System::nanoTime);

	private final Demand demand = new Demand(this.settings.buffer(), this.translator.largest(), this.sourceLog, false);

	private final Dispatcher dispatcher = new Dispatcher(1);

	private final RecordedSource told = new RecordedSource();

	private final SubscriptionSignals signals = new SubscriptionSignals(
			new SourceContext(this.stream, new StreamPublisher(new ManualPublisher(), "test"), this.translator,
					this.sourceLog, this.told, new PublisherLog(System::nanoTime, "test")),
			this.current, new LogWriter(this.stream, this.current, this.translator, this.sourceLog, this.demand),
			this.demand,
			new Requester(this.current, this.demand, new PublisherCalls(this.stream.calls(), this.dispatcher), false));

	@AfterEach
	void close() {
		this.dispatcher.close();
	}

	@Test
	void currentSubscriptionIsHeard() {
		PublisherSubscription subscription = begin();
		this.signals.append(subscription, this.translator.encode(Event.of("event")), 0);
		assertThat(this.log.tail()).isOne();
		this.signals.failed(subscription, new IllegalStateException("failed"));
		assertThat(this.current.isFailing()).isTrue();
		assertThat(this.told.signals).containsExactly("failed early: failed");
	}

	@Test
	void completionOfTheCurrentSubscriptionIsTheEnd() {
		PublisherSubscription subscription = begin();
		this.signals.completed(subscription);
		assertThat(this.told.signals).containsExactly("completed");
		this.current.end(false);
		assertThat(this.current.begin(true, () -> new PublisherSubscription(this.signals))).isNull();
	}

	@Test
	void publisherThatWasCancelledHasNoSayInTheNextSubscription() {
		PublisherSubscription former = begin();
		assertThat(this.current.end(false).active()).isTrue();
		PublisherSubscription next = begin();
		this.signals.append(former, this.translator.encode(Event.of("late")), 0);
		this.signals.failed(former, new IllegalStateException("late"));
		this.signals.completed(former);
		assertThat(this.told.signals).isEmpty();
		assertThat(this.log.tail()).isZero();
		assertThat(this.current.is(next)).isTrue();
		assertThat(this.current.isFailing()).isFalse();
		assertThat(this.current.isSubscribed()).isTrue();
		this.current.end(true);
		assertThat(this.current.end(false).active()).isFalse();
	}

	private PublisherSubscription begin() {
		PublisherSubscription begun = this.current.begin(true, () -> new PublisherSubscription(this.signals));
		assertThat(begun).isNotNull();
		begun.onSubscribe(new Subscription() {

			@Override
			public void request(long n) {
			}

			@Override
			public void cancel() {
			}

		});
		return begun;
	}

	/**
	 * Keeps what the stream is told.
	 */
	private static final class RecordedSource implements SourceListener {

		private final List<String> signals = new ArrayList<>();

		@Override
		public void runInContext(Runnable task) {
			task.run();
		}

		@Override
		public void called() {
		}

		@Override
		public void emitted() {
		}

		@Override
		public void completed() {
			this.signals.add("completed");
		}

		@Override
		public void failed(Throwable cause, boolean early, Runnable report) {
			this.signals.add("failed " + (early ? "early: " : "late: ") + cause.getMessage());
		}

	}

}
