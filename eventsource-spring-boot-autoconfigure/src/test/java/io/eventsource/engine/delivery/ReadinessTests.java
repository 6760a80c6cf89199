package io.eventsource.engine.delivery;

import io.eventsource.EventSink;
import io.eventsource.engine.HandOver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A worker that asks a sink whether it is ready, and a container that reports that it is.
 */
@Tag("interleavings")
class ReadinessTests {

	@Test
	void readinessThatIsReportedDuringTheQuestionIsNotLost() {
		HandOver.check(500, () -> {
			OpeningSink sink = new OpeningSink();
			Readiness readiness = new Readiness(sink, 1);
			HandOver.run(() -> readiness.ask(2), () -> {
				sink.ready = true;
				readiness.signal();
			});
			HandOver.require(readiness.isSignalled(), "The sink is ready, and the worker will not ask it");
		});
	}

	/** A sink that becomes ready. */
	private static final class OpeningSink implements EventSink {

		private volatile boolean ready;

		@Override
		public boolean isReady() {
			return this.ready;
		}

		@Override
		public void write(byte[] bytes, int offset, int length) {
			throw new IllegalStateException("Not used");
		}

		@Override
		public void flush() {
			throw new IllegalStateException("Not used");
		}

		@Override
		public void complete() {
			throw new IllegalStateException("Not used");
		}

	}

}
