package io.eventsource.engine;

import io.eventsource.PublisherPace;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.source.EventTranslator;
import io.eventsource.engine.source.SourceListener;
import io.eventsource.engine.source.SourceLog;
import io.eventsource.engine.source.StreamPublisher;
import io.eventsource.engine.source.StreamSource;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Where the events of one stream come from: its publisher, and one that may run once
 * beside it. Thread-safe; no method blocks.
 */
final class StreamSources {

	private final StreamContext context;

	private final EventTranslator translator;

	private final SourceLog log;

	private final Dispatcher dispatcher;

	private final StreamPublisher origin;

	private final StreamSource publisher;

	/** What runs once, if anything does. */
	private volatile @Nullable StreamSource run;

	StreamSources(StreamContext context, EventTranslator translator, SourceLog log, Dispatcher dispatcher,
			StreamPublisher publisher, SourceListener listener) {
		this.context = context;
		this.translator = translator;
		this.log = log;
		this.dispatcher = dispatcher;
		this.origin = publisher;
		this.publisher = new StreamSource(context, publisher, translator, log, listener, dispatcher);
	}

	/**
	 * Subscribes to the publisher, unless that was done already.
	 */
	void start() {
		this.publisher.start();
	}

	/**
	 * Subscribes to another publisher, once.
	 * @param onEnd called when it has completed, or has failed and clients were told
	 * @return cancels the subscription
	 */
	Runnable run(Publisher<?> other, Runnable onEnd) {
		StreamSource started = new StreamSource(this.context, new StreamPublisher(other, this.context.name()),
				this.translator, this.log, new RunEvents(this.context, this.log, this.translator, onEnd),
				this.dispatcher);
		this.run = started;
		started.start();
		return started::stop;
	}

	/**
	 * Cancels the publisher until the next start.
	 * @return whether there was something to cancel
	 */
	boolean release() {
		return this.publisher.release();
	}

	/**
	 * Cancels all for good.
	 */
	void stop() {
		this.publisher.stop();
		StreamSource started = this.run;
		if (started != null) {
			started.stop();
		}
	}

	/**
	 * Does what is due by the clock.
	 */
	void tick() {
		this.publisher.tick();
		StreamSource started = this.run;
		if (started != null) {
			started.tick();
		}
	}

	/**
	 * Asks for more if there is room.
	 */
	void replenish() {
		this.publisher.replenish(false);
		StreamSource started = this.run;
		if (started != null) {
			started.replenish(false);
		}
	}

	/**
	 * How long the publisher can wait for clients.
	 */
	PublisherPace pace() {
		return this.publisher.pace();
	}

	/**
	 * Whether a gap must still be announced to clients.
	 */
	boolean oweGap() {
		StreamSource started = this.run;
		return this.publisher.owesGap() || (started != null && started.owesGap());
	}

	/**
	 * How often the publisher was subscribed to again.
	 */
	long restarts() {
		return this.publisher.restarts();
	}

	/**
	 * What the publisher does at the moment.
	 */
	State state() {
		if (this.publisher.isSubscribed() && !this.publisher.isDoubtful()) {
			return this.origin.isCutOff() ? State.RESTARTING : State.LIVE;
		}
		return this.publisher.isFailing() ? State.RESTARTING : State.WAITING;
	}

}
