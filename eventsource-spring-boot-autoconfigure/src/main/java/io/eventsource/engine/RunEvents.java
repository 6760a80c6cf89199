package io.eventsource.engine;

import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.Callee;
import io.eventsource.GapCause;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.source.EventTranslator;
import io.eventsource.engine.source.SourceListener;
import io.eventsource.engine.source.SourceLog;

/**
 * Decides what follows from what a publisher does that runs once, beside the publisher of
 * its stream.
 */
final class RunEvents implements SourceListener {

	private final StreamContext context;

	private final SourceLog log;

	private final EventTranslator translator;

	private final Runnable onEnd;

	private final AtomicBoolean ended = new AtomicBoolean();

	RunEvents(StreamContext context, SourceLog log, EventTranslator translator, Runnable onEnd) {
		this.context = context;
		this.log = log;
		this.translator = translator;
		this.onEnd = onEnd;
	}

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
		if (this.ended.compareAndSet(false, true)) {
			this.onEnd.run();
		}
	}

	@Override
	public void failed(Throwable cause, boolean early, Runnable report) {
		if (this.ended.compareAndSet(false, true)) {
			this.context.supervisor()
				.failed(Callee.PUBLISHER, () -> "A source that was started for stream '" + this.context.name()
						+ "' has failed, which ends its topic", cause);
			this.context.supervisor().tell((listener) -> listener.publisherFailed(this.context.name(), cause));
			this.log.appendGap(this.translator.gap(GapCause.FAILED));
			this.log.flush();
			this.onEnd.run();
		}
	}

}
