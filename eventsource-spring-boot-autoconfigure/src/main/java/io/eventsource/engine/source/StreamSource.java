package io.eventsource.engine.source;

import io.eventsource.BufferingPublisher;
import io.eventsource.PublisherPace;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.PublisherLog;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.WorkerReplaced;
import org.jspecify.annotations.Nullable;

/**
 * Takes the events of one publisher into the log: subscribes, asks for as much as there
 * is room for, and subscribes again after a failure. Thread-safe.
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
	 * Makes the source of a stream, not yet subscribed.
	 * @param stream what the parts of the stream share
	 * @param publisher where the events come from
	 * @param translator makes events of what the publisher emits
	 * @param log where the events go
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
	 * Subscribes, unless that was done already, or is to be done after a pause. A channel
	 * is subscribed to at once, so that what is published from now on finds its
	 * subscriber.
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
	 * Has a thread subscribe that may block.
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
	 * How often the publisher was subscribed to again.
	 */
	public long restarts() {
		return this.current.restarts();
	}

	/**
	 * Whether the publisher has failed and is wanted.
	 */
	public boolean isFailing() {
		return this.current.isFailing();
	}

	/**
	 * Whether the publisher has failed again and again, and has not yet shown that it is
	 * back.
	 */
	public boolean isDoubtful() {
		return this.current.isDoubtful();
	}

	/**
	 * How long the publisher can wait for clients.
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
	 * Cancels the subscription until the next start. That to a channel is kept: it costs
	 * nothing, and what is published into the channel would be lost.
	 * @return whether there was something to cancel
	 */
	public boolean release() {
		return !this.context.publisher().isBuffering() && end(false);
	}

	private boolean end(boolean forGood) {
		CurrentSubscription.Ended ended = this.current.end(forGood);
		PublisherSubscription subscription = ended.subscription();
		if (subscription != null && subscription.end()) {
			// First, so that an exception thrown because of it meets a subscription that
			// exists
			this.calls.interrupt();
			cancel(subscription);
		}
		return ended.active();
	}

	private void cancel(PublisherSubscription subscription) {
		if (subscription.isSubscribed()) {
			this.context.publisherLog().cancelled(this.context.publisher().publisher());
		}
		if (subscription.isSubscribed() && !this.calls.call(subscription::cancel)) {
			subscription.cancel();
		}
	}

	/**
	 * Subscribes again where that is due, and renews the demand of a stream that nobody
	 * waits for.
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
	 * Asks for more if there is room.
	 * @param tick whether to ask also where no client sets the pace
	 */
	public void replenish(boolean tick) {
		this.requester.replenish(tick);
	}

}
