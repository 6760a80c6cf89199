package io.eventsource.engine.source;

import java.util.List;

import io.eventsource.BufferSettings;
import io.eventsource.BufferedSubscription;
import io.eventsource.Event;
import io.eventsource.EventReceiver;
import io.eventsource.GapCause;
import io.eventsource.ReplayBuffer;
import io.eventsource.engine.log.EncodedEvent;

/**
 * Takes the events of a publisher that buffers them, in encoded form, as soon as the log
 * has room for them.
 */
final class ChannelReceiver implements EventReceiver<EncodedEvent>, ReplayBuffer {

	private final PublisherSubscription subscription;

	private final SourceContext context;

	private final LogWriter writer;

	private final Demand demand;

	ChannelReceiver(PublisherSubscription subscription, SourceContext context, LogWriter writer, Demand demand) {
		this.subscription = subscription;
		this.context = context;
		this.writer = writer;
		this.demand = demand;
	}

	@Override
	public void onSubscribe(BufferedSubscription buffered) {
		this.subscription.onSubscribe(buffered);
	}

	@Override
	public EncodedEvent encode(Event event) {
		return this.context.translator().encode(event);
	}

	@Override
	public EncodedEvent encodeOrReplace(Event event) {
		return this.context.translator().translate(event);
	}

	@Override
	public EncodedEvent gap(GapCause cause) {
		return this.context.translator().gap(cause);
	}

	@Override
	public long size(EncodedEvent encoded) {
		return encoded.weight();
	}

	@Override
	public boolean admits(long waiting, long reserved) {
		return waiting - reserved <= this.context.log().room();
	}

	@Override
	public void reserve(long bytes) {
		this.context.log().reserve(bytes);
	}

	@Override
	public long room() {
		return this.demand.room();
	}

	@Override
	public boolean fits(EncodedEvent encoded) {
		// Set before the check, so that progress that is made meanwhile is not missed
		this.subscription.held().set(true);
		if (this.context.log().hasRoom(encoded)) {
			this.subscription.held().set(false);
			return true;
		}
		return false;
	}

	@Override
	public void accept(EncodedEvent encoded) {
		if (!this.subscription.accept(encoded, encoded.weight())) {
			this.context.log().reserve(-encoded.weight());
		}
	}

	@Override
	public void onHeldBack() {
		this.subscription.held().set(true);
	}

	@Override
	public void onError(Throwable cause) {
		this.subscription.onError(cause);
	}

	@Override
	public void onComplete() {
		this.subscription.onComplete();
	}

	@Override
	public ReplayBuffer replayBuffer() {
		return this;
	}

	@Override
	public int maxEventSize() {
		return settings().maxEventSize();
	}

	@Override
	public int capacity() {
		return settings().size();
	}

	@Override
	public long memory() {
		return settings().memory();
	}

	private BufferSettings settings() {
		return this.context.stream().settings().buffer();
	}

	@Override
	public void preload(List<Event> events, boolean late) {
		this.writer.preload(this.subscription, events, late);
	}

	@Override
	public boolean has(String id) {
		return this.context.log().has(id);
	}

}
