package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;

import io.eventsource.Callee;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.delivery.ClientGroups;
import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.delivery.Delivery;
import io.eventsource.engine.delivery.DeliveryCounts;
import io.eventsource.engine.delivery.DeliveryListener;
import io.eventsource.engine.delivery.Histories;
import io.eventsource.engine.delivery.HistoryTurns;
import io.eventsource.engine.delivery.Placement;
import io.eventsource.engine.delivery.Resumption;
import io.eventsource.engine.delivery.Visibility;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.runtime.BoundedExecutor;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.source.EventTranslator;
import io.eventsource.engine.source.SourceLog;
import io.eventsource.engine.source.StreamPublisher;
import org.reactivestreams.Publisher;

/**
 * The way of the events of one stream, from its publisher over the log to its clients.
 * Ties together the source, the log and the delivery, of which neither end knows the
 * other. Thread-safe; no method blocks.
 */
final class StreamPipeline {

	private final StreamContext context;

	private final ClientCount count;

	private final Dispatcher dispatcher;

	private final StreamPublisher publisher;

	private final EventLog log;

	private final StreamSources sources;

	private final Delivery delivery;

	private final ClientGroups clients;

	private final boolean forgetful;

	private final Runnable tick = this::tick;

	/**
	 * Creates the parts of a stream.
	 * @param description describes the stream
	 * @param context what the parts share
	 * @param count how many clients there are
	 * @param client the only client, if the stream is personal
	 * @param onDeparture called when a client has gone
	 */
	StreamPipeline(EventStreamBuilder description, StreamContext context, ClientCount count, PersonalClient client,
			BiConsumer<EventClient, CloseReason> onDeparture) {
		this.context = context;
		this.count = count;
		this.forgetful = context.personal() || !description.byTopic.isEmpty();
		this.dispatcher = description.dispatcher;
		this.publisher = description.streamPublisher();
		this.log = description.log();
		EventTranslator translator = new EventTranslator(context, description.encoder(this.publisher),
				description.mapping);
		this.sources = new StreamSources(context, translator,
				new SourceLog(this.log, this::floor, () -> !count.isEmpty(), this::flush), this.dispatcher,
				this.publisher,
				new PublisherEvents(context, client, this::end, () -> disconnectAll(CloseReason.FAILED)));
		this.delivery = delivery(description, translator, client);
		this.clients = new ClientGroups(this.delivery, new Contention(this.sources::pace, context.clock().getAsLong()),
				new ClientEvents(onDeparture), this.dispatcher);
	}

	private Delivery delivery(EventStreamBuilder description, EventTranslator translator, PersonalClient client) {
		EventHistory history = this.publisher.history(description.history);
		HistoryTurns turns = new HistoryTurns(
				new BoundedExecutor(this::readHistory, HistoryTurns.READERS,
						this.context.supervisor().log(Callee.HISTORY)),
				this.log, this::floor, this.context.settings().buffer().memory());
		Resumption resumption = new Resumption(description.resumed, description.resumable, this.publisher::isForeign);
		return new Delivery(this.context, this.log, new Placement(this.context, this.log, resumption),
				new Visibility(this.context, List.copyOf(description.filters),
						() -> history != null && history.hasOpaqueIds(), description.byTopic),
				new Histories(history, turns, translator::translate, this.count::isClosed), client);
	}

	/** Once there are no such threads any more, histories are only closed. */
	private void readHistory(Runnable histories) {
		if (this.dispatcher.intake(histories)) {
			return;
		}
		if (!this.count.isClosed()) {
			throw new RejectedExecutionException(
					"There is no thread for the history of stream '" + this.context.name() + "'");
		}
		histories.run();
	}

	/** Subscribes to the publisher, unless that was done already. */
	void start() {
		this.dispatcher.worker(0).startTicking(this.tick);
		this.sources.start();
	}

	/** Whether the log has all that was published, or clients were told. */
	boolean isSettled() {
		return this.log.memory().held() <= this.log.memory().weight(this.log.head()) && !this.sources.oweGap();
	}

	private void tick() {
		Duration linger = this.context.settings().publisher().linger();
		if (linger != null) {
			this.count.runIfIdle(linger, this::release);
		}
		this.sources.tick();
	}

	/** Subscribes to another publisher, once, and returns what cancels it. */
	Runnable run(Publisher<?> publisher, Runnable onEnd) {
		this.dispatcher.worker(0).startTicking(this.tick);
		return this.sources.run(publisher, onEnd);
	}

	/** Cancels the publisher until the next client comes. */
	private void release() {
		if (!this.log.hasEnded() && this.sources.release()) {
			this.log.renew();
			this.context.supervisor()
				.debug(() -> "Cancelled the publisher of stream '" + this.context.name() + "', which has no clients");
		}
	}

	/** Cancels the publisher for good, and lets clients have what is left. */
	void end() {
		this.sources.stop();
		this.log.end();
		flush();
	}

	/** Cancels the publisher for good, and ends all connections. */
	void close() {
		this.sources.stop();
		this.dispatcher.worker(0).stopTicking(this.tick);
		disconnectAll(CloseReason.SHUTDOWN);
	}

	private void disconnectAll(CloseReason reason) {
		this.clients.close(reason);
	}

	private void flush() {
		this.clients.scheduleFlush();
		this.log.followers().follow();
	}

	private long floor() {
		return Math.min(this.clients.floor(), this.log.followers().needed());
	}

	void replenish() {
		this.sources.replenish();
	}

	EventLog log() {
		return this.log;
	}

	Delivery delivery() {
		return this.delivery;
	}

	ClientGroups clients() {
		return this.clients;
	}

	boolean isBuffering() {
		return this.publisher.isBuffering();
	}

	/** Describes what goes on at the moment. */
	StreamSnapshot snapshot() {
		long tail = this.log.tail();
		return new StreamSnapshot(this.context.name(), state(), this.count.get(), tail,
				this.clients.sum(DeliveryCounts::delivered), this.clients.sum(DeliveryCounts::bytes),
				this.clients.sum(DeliveryCounts::skipped), this.clients.sum(DeliveryCounts::filtered),
				this.clients.sum(DeliveryCounts::replayed), this.clients.greatestLag(tail), this.sources.restarts());
	}

	private StreamSnapshot.State state() {
		if (this.count.wasClosed()) {
			return StreamSnapshot.State.CLOSED;
		}
		if (this.log.hasEnded()) {
			return StreamSnapshot.State.COMPLETED;
		}
		return this.sources.state();
	}

	/** Decides what follows from the progress of the clients. */
	private final class ClientEvents implements DeliveryListener {

		private final BiConsumer<EventClient, CloseReason> onDeparture;

		ClientEvents(BiConsumer<EventClient, CloseReason> onDeparture) {
			this.onDeparture = onDeparture;
		}

		@Override
		public void flushed(Frame first) {
			long nanos = StreamPipeline.this.context.clock().getAsLong() - first.time();
			StreamPipeline.this.context.supervisor()
				.tell((listener) -> listener.eventsFlushed(StreamPipeline.this.context.name(), nanos));
		}

		@Override
		public void progressed() {
			if (StreamPipeline.this.forgetful) {
				// Nobody else comes for what its client has
				StreamPipeline.this.log.forget(floor());
			}
			StreamPipeline.this.delivery.histories().advance();
			StreamPipeline.this.sources.replenish();
		}

		@Override
		public void closed(EventClient client, CloseReason reason) {
			this.onDeparture.accept(client, reason);
		}

	}

}
