package io.eventsource.engine.source;

import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.engine.HandOver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;

/**
 * A publisher that accepts a subscription while it is cancelled.
 */
@Tag("interleavings")
class PublisherSubscriptionTests {

	@Test
	void subscriptionThatComesWhileItIsCancelledIsCancelled() {
		HandOver.check(500, () -> {
			PublisherSubscription subscription = new PublisherSubscription(new NoSignals());
			Accepted accepted = new Accepted();
			HandOver.run(() -> subscription.onSubscribe(accepted), () -> {
				// As a source does
				if (subscription.end() && subscription.isSubscribed()) {
					subscription.cancel();
				}
			});
			HandOver.require(accepted.cancellations.get() > 0, "The publisher was not cancelled");
		});
	}

	/** What the publisher has accepted. */
	private static final class Accepted implements Subscription {

		private final AtomicInteger cancellations = new AtomicInteger();

		@Override
		public void request(long n) {
			throw new IllegalStateException("Not used");
		}

		@Override
		public void cancel() {
			this.cancellations.incrementAndGet();
		}

	}

}
