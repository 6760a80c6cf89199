package io.eventsource.engine.source;

import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.StreamSettings;
import io.eventsource.engine.HandOver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A subscription that fails, completes or begins while it is cancelled.
 */
@Tag("interleavings")
class CurrentSubscriptionTests {

	private static final int ORDERS = 200;

	@Test
	void publisherThatFailsWhileItIsCancelledIsNotSubscribedToAgain() {
		HandOver.check(ORDERS, () -> {
			CurrentSubscription current = create();
			PublisherSubscription subscription = begin(current);
			HandOver.run(() -> {
				CurrentSubscription.Ended ended = current.end(false);
				HandOver.require(ended.active(), "There was nothing to cancel");
			}, () -> current.fail(subscription));
			HandOver.require(!current.isPending(), "A cancelled publisher is to be subscribed to again");
			HandOver.require(current.get() == null, "A cancelled subscription is the current one");
		});
	}

	@Test
	void publisherHasCompletedOrWasCancelledAndNeverBoth() {
		HandOver.check(ORDERS, () -> {
			CurrentSubscription current = create();
			PublisherSubscription subscription = begin(current);
			AtomicBoolean completed = new AtomicBoolean();
			AtomicBoolean cancelled = new AtomicBoolean();
			HandOver.run(() -> cancelled.set(current.end(false).active()),
					() -> completed.set(current.complete(subscription)));
			HandOver.require(completed.get() != cancelled.get(), "Completed " + completed + ", cancelled " + cancelled);
		});
	}

	@Test
	void failedPublisherOfAStoppedSourceIsNotReleased() {
		HandOver.check(ORDERS, () -> {
			CurrentSubscription current = create();
			PublisherSubscription subscription = begin(current);
			AtomicBoolean released = new AtomicBoolean();
			AtomicBoolean stopped = new AtomicBoolean();
			HandOver.run(() -> released.set(current.end(false).active()), () -> current.fail(subscription),
					() -> stopped.set(current.end(true).active()));
			HandOver.require(released.get() != stopped.get(), "Released " + released + ", stopped " + stopped);
			HandOver.require(!current.isPending(), "A stopped source is to subscribe again");
		});
	}

	@Test
	void stoppedSourceDoesNotBegin() {
		HandOver.check(ORDERS, () -> {
			CurrentSubscription current = create();
			HandOver.run(() -> begin(current), () -> current.end(true));
			HandOver.require(current.get() == null, "A stopped source has a subscription");
		});
	}

	@Test
	void sourceHasOneSubscription() {
		HandOver.check(ORDERS, () -> {
			CurrentSubscription current = create();
			PublisherSubscription[] begun = new PublisherSubscription[2];
			HandOver.run(() -> begun[0] = begin(current), () -> begun[1] = begin(current));
			HandOver.require((begun[0] == null) != (begun[1] == null), "There are two subscriptions, or none");
		});
	}

	private static CurrentSubscription create() {
		return new CurrentSubscription(StreamSettings.defaults().publisher(), () -> 0L);
	}

	private static PublisherSubscription begin(CurrentSubscription current) {
		return current.begin(true, () -> new PublisherSubscription(new NoSignals()));
	}

}
