package io.eventsource.engine.source;

import io.eventsource.BufferingPublisher;
import io.eventsource.PublisherPace;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.PublisherLog;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.WorkerReplaced;
import org.jspecify.annotations.Nullable;

/**
 * Takes the events of one publisher into the log. It subscribes, requests as many events
 * as there is room for, and subscribes again after a failure. Thread-safe.
 */
public final class StreamSource {

	private final SourceContext context;

	private final PublisherCalls calls;

	private final CurrentSubscription current;

	private final Demand demand;

	private final LogWriter writer;

	private final Requester requester;

	private final SubscriptionSignals signals;

	/**
	 * Creates the source of a stream, which is not yet subscribed.
	 * @param stream what the parts of the stream share
	 * @param publisher the publisher of the events
	 * @param translator turns elements of the publisher into events
	 * @param log the log to append events to
	 * @param listener notified of what happens to the publisher
	 * @param dispatcher the threads that serve the stream
	 */
	public StreamSource(StreamContext stream, StreamPublisher publisher, EventTranslator translator, SourceLog log,
			SourceListener listener, Dispatcher dispatcher) {
		PublisherLog publisherLog = publisher.log(stream, dispatcher);
		this.context = new SourceContext(stream, publisher, translator, log, listener, publisherLog);
		this.calls = new PublisherCalls(stream.calls(), dispatcher);
		this.current = new CurrentSubscription(stream.settings().publisher(), stream.clock());
		this.demand = new Demand(stream.settings().buffer(), translator.largest(), log, publisher.isBuffering());
		this.writer = new LogWriter(stream, this.current, translator, log, this.demand);
		this.requester = new Requester(this.current, this.demand, this.calls, publisher.isBuffering());
		this.signals = new SubscriptionSignals(this.context, this.current, this.writer, this.demand, this.requester);
	}

	/**
	 * Subscribes, unless there is a subscription already, or one is to begin after a
	 * pause. A channel is subscribed to before this method returns, so that no event that
	 * is published from then on is missed.
	 */
	public void start() {
		PublisherSubscription begun = begin(true);
		if (begun == null) {
			return;
		}
		if (this.context.publisher().isBuffering()) {
			subscribe(begun);
		}
		else {
			queue(begun);
		}
	}

	private @Nullable PublisherSubscription begin(boolean start) {
		return this.current.begin(start, () -> new PublisherSubscription(this.signals));
	}

	/**
	 * Subscribes on a thread that may block.
	 */
	private void queue(PublisherSubscription subscription) {
		try {
			this.calls.require(() -> subscribe(subscription));
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			subscription.broken(ex);
		}
	}

	private void subscribe(PublisherSubscription subscription) {
		BufferingPublisher buffering = this.context.publisher().buffering();
		if (buffering != null) {
			subscription.subscribe(() -> buffering
				.subscribe(new ChannelReceiver(subscription, this.context, this.writer, this.demand)));
		}
		else {
			subscription.subscribe(() -> this.context.publisher().publisher().subscribe(subscription));
		}
		this.context.listener().called();
	}

	public boolean isSubscribed() {
		return this.current.isSubscribed();
	}

	/**
	 * Returns how often the publisher was subscribed to again.
	 */
	public long restarts() {
		return this.current.restarts();
	}

	/**
	 * Returns whether the publisher has failed and is to be subscribed to again.
	 */
	public boolean isFailing() {
		return this.current.isFailing();
	}

	/**
	 * Returns whether the publisher has failed repeatedly, and has not yet recovered.
	 */
	public boolean isDoubtful() {
		return this.current.isDoubtful();
	}

	/**
	 * Returns how long the publisher can wait for clients.
	 */
	public PublisherPace pace() {
		PublisherSubscription subscription = this.current.get();
		return (subscription != null) ? subscription.pace() : PublisherPace.CANNOT_WAIT;
	}

	/**
	 * Cancels the subscription for good.
	 */
	public void stop() {
		end(true);
	}

	/**
	 * Cancels the subscription until the next start. A subscription to a channel is kept:
	 * it costs nothing, and without it events would be lost.
	 * @return whether there was something to cancel
	 */
	public boolean release() {
		return !this.context.publisher().isBuffering() && end(false);
	}

	private boolean end(boolean forGood) {
		CurrentSubscription.Ended ended = this.current.end(forGood);
		PublisherSubscription subscription = ended.subscription();
		if (subscription != null && subscription.end()) {
			// Before it is cancelled, so that an exception because of the interrupt still
			// finds the subscription
			this.calls.interrupt();
			cancel(subscription);
		}
		return ended.active();
	}

	private void cancel(PublisherSubscription subscription) {
		if (this.context.publisher().isInProcess()) {
			subscription.cancel();
			return;
		}
		if (subscription.isSubscribed()) {
			this.context.publisherLog().cancelled(this.context.publisher().publisher());
		}
		if (subscription.isSubscribed() && !this.calls.call(subscription::cancel)) {
			subscription.cancel();
		}
	}

	/**
	 * Returns whether a gap must still be announced to clients.
	 */
	public boolean owesGap() {
		return this.writer.owesGap();
	}

	/**
	 * Subscribes again if that is due, and requests events also for a stream that nobody
	 * listens to.
	 */
	public void tick() {
		PublisherSubscription begun = this.current.isPending() ? begin(false) : null;
		if (begun == null) {
			this.signals.recover();
		}
		else {
			queue(begun);
		}
		replenish(true);
	}

	/**
	 * Requests more events if there is room.
	 * @param tick whether this is a tick, on which publishers without listeners are asked
	 * too
	 */
	public void replenish(boolean tick) {
		this.requester.replenish(tick);
	}

}
