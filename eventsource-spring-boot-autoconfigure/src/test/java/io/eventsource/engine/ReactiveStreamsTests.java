package io.eventsource.engine;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.engine.source.PublisherSubscription;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.SubscriberWhiteboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The rules of Reactive Streams as its TCK verifies them: of a publisher for the channel,
 * and of a subscriber for what a stream subscribes with. What the TCK itself has no test
 * for, and says so by the name, is left out. A rule that it skips is a failure, unless it
 * is listed here as one that is not offered; and one that is listed must be skipped.
 */
class ReactiveStreamsTests {

	/** How long what is due may take. */
	private static final long DUE_MILLIS = 10_000;

	/** How long nothing may come where nothing is due. */
	private static final long QUIET_MILLIS = 50;

	/** How often the TCK looks for an error that is due. */
	private static final long POLL_MILLIS = 5;

	private static final String FAILURE_NOT_OFFERED = "a channel has no way to fail";

	private static final String MULTICAST_NOT_OFFERED = "what is published before the first subscriber is for that one";

	private static final Map<String, String> NOT_OFFERED_BY_A_CHANNEL = Map.of(
			"optional_spec104_mustSignalOnErrorWhenFails", FAILURE_NOT_OFFERED,
			"required_spec109_mayRejectCallsToSubscribeIfPublisherIsUnableOrUnwillingToServeThemRejectionMustTriggerOnErrorAfterOnSubscribe",
			FAILURE_NOT_OFFERED);

	// All of these are verified with the channel that is filled meanwhile
	private static final Map<String, String> NOT_OFFERED_BY_A_CHANNEL_FILLED_BEFOREHAND = Map.of(
			"optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingManyUpfront",
			MULTICAST_NOT_OFFERED,
			"optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingManyUpfrontAndCompleteAsExpected",
			MULTICAST_NOT_OFFERED,
			"optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingOneByOne",
			MULTICAST_NOT_OFFERED, "required_spec317_mustNotSignalOnErrorWhenPendingAboveLongMaxValue",
			"it takes two billion events, all of which the channel would have to hold");

	@TestFactory
	Stream<DynamicTest> channelFilledBeforehandKeepsTheRulesOfAPublisher() {
		return tests(PublisherVerification.class,
				List.of(NOT_OFFERED_BY_A_CHANNEL, NOT_OFFERED_BY_A_CHANNEL_FILLED_BEFOREHAND),
				(environment, test) -> new FilledBeforehand(environment));
	}

	@TestFactory
	Stream<DynamicTest> channelFilledMeanwhileKeepsTheRulesOfAPublisher() {
		return tests(PublisherVerification.class, List.of(NOT_OFFERED_BY_A_CHANNEL),
				(environment, test) -> new FilledMeanwhile(environment, test.contains("_multicast_") ? 3 : 1));
	}

	@TestFactory
	Stream<DynamicTest> streamKeepsTheRulesOfASubscriberAsSeenByItsPublisher() {
		return tests(SubscriberBlackboxVerification.class, List.of(),
				(environment, test) -> new StreamFromOutside(environment));
	}

	@TestFactory
	Stream<DynamicTest> streamKeepsTheRulesOfASubscriberAlsoWhenItIsClosed() {
		return tests(SubscriberWhiteboxVerification.class, List.of(),
				(environment, test) -> new StreamFromInside(environment));
	}

	/**
	 * One test for each that the TCK has.
	 */
	private static Stream<DynamicTest> tests(Class<?> tck, List<Map<String, String>> notOffered,
			VerificationFactory factory) {
		List<Method> methods = Arrays.stream(tck.getMethods())
			.filter((method) -> method.isAnnotationPresent(Test.class))
			.filter((method) -> !method.getName().startsWith("untested_"))
			.sorted(Comparator.comparing(Method::getName))
			.toList();
		assertThat(methods).isNotEmpty();
		for (Map<String, String> reasons : notOffered) {
			assertThat(methods).extracting(Method::getName).containsAll(reasons.keySet());
		}
		return methods.stream().map((method) -> {
			String reason = notOffered.stream()
				.filter((reasons) -> reasons.containsKey(method.getName()))
				.map((reasons) -> reasons.get(method.getName()))
				.findFirst()
				.orElse(null);
			return (reason != null)
					? DynamicTest.dynamicTest(method.getName() + " is not offered: " + reason,
							() -> assertThatExceptionOfType(SkipException.class).isThrownBy(() -> run(method, factory)))
					: DynamicTest.dynamicTest(method.getName(), () -> runWhole(method, factory));
		});
	}

	/** Not even by mistake a test that is reported as skipped. */
	private static void runWhole(Method method, VerificationFactory factory) throws Throwable {
		try {
			run(method, factory);
		}
		catch (SkipException ex) {
			throw new AssertionError("The TCK skips a rule that is not listed: " + ex.getMessage(), ex);
		}
	}

	private static void run(Method method, VerificationFactory factory) throws Throwable {
		TestEnvironment environment = new TestEnvironment(DUE_MILLIS, QUIET_MILLIS, POLL_MILLIS);
		try (AutoCloseable verification = factory.create(environment, method.getName())) {
			invokeAll(verification, BeforeClass.class);
			invokeAll(verification, BeforeMethod.class);
			try {
				invoke(verification, method);
				// Not all tests of the TCK look once more at the end
				environment.verifyNoAsyncErrorsNoDelay();
			}
			finally {
				invokeAll(verification, AfterClass.class);
			}
		}
	}

	private static void invokeAll(Object verification, Class<? extends Annotation> annotation) throws Throwable {
		for (Method method : verification.getClass().getMethods()) {
			if (method.isAnnotationPresent(annotation)) {
				invoke(verification, method);
			}
		}
	}

	private static void invoke(Object verification, Method method) throws Throwable {
		try {
			method.invoke(verification);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	/**
	 * Makes a verification for one test of the TCK, closed after that.
	 */
	@FunctionalInterface
	private interface VerificationFactory {

		AutoCloseable create(TestEnvironment environment, String test);

	}

	/**
	 * A channel that has all its events, and its end, before the first subscriber comes.
	 */
	private static final class FilledBeforehand extends PublisherVerification<Event> implements AutoCloseable {

		/** No test asks for more, except the one that is listed. */
		private static final int CAPACITY = 20;

		FilledBeforehand(TestEnvironment environment) {
			super(environment);
		}

		@Override
		public long maxElementsFromPublisher() {
			return CAPACITY;
		}

		@Override
		public Publisher<Event> createPublisher(long elements) {
			EventChannel channel = EventChannel.create(CAPACITY, Duration.ZERO);
			for (long i = 0; i < elements; i++) {
				channel.publish(Event.of(i));
			}
			channel.complete();
			return channel;
		}

		@Override
		public Publisher<Event> createFailedPublisher() {
			return null;
		}

		@Override
		public void close() {
		}

	}

	/**
	 * A channel that a thread publishes into once it has its subscribers, waiting for
	 * them where they ask for less than there is.
	 */
	private static final class FilledMeanwhile extends PublisherVerification<Event> implements AutoCloseable {

		/**
		 * As few as the TCK lets one subscriber lag behind another, so that the thread
		 * has to wait wherever it can.
		 */
		private static final int CAPACITY = 5;

		private final ExecutorService publisher = Executors.newCachedThreadPool();

		private final List<Future<?>> published = new ArrayList<>();

		private final int subscribers;

		FilledMeanwhile(TestEnvironment environment, int subscribers) {
			super(environment);
			this.subscribers = subscribers;
		}

		@Override
		public Publisher<Event> createPublisher(long elements) {
			EventChannel channel = EventChannel.create(CAPACITY, Duration.ofHours(1));
			AtomicInteger subscribed = new AtomicInteger();
			return (subscriber) -> {
				channel.subscribe(subscriber);
				if (subscribed.incrementAndGet() == this.subscribers) {
					this.published.add(this.publisher.submit(() -> publish(channel, elements)));
				}
			};
		}

		private static void publish(EventChannel channel, long elements) {
			for (long i = 0; i < elements; i++) {
				if (Thread.currentThread().isInterrupted()) {
					return;
				}
				try {
					channel.publish(Event.of(i));
				}
				catch (IllegalStateException ex) {
					// The test is over, and nobody asks for more
					assertThat(ex).hasCauseInstanceOf(InterruptedException.class);
					return;
				}
			}
			channel.complete();
		}

		@Override
		public Publisher<Event> createFailedPublisher() {
			return null;
		}

		@Override
		public void close() throws Exception {
			this.publisher.shutdownNow();
			for (Future<?> each : this.published) {
				each.get(DUE_MILLIS, TimeUnit.MILLISECONDS);
			}
		}

	}

	/**
	 * What a stream subscribes with, as it comes.
	 */
	private static final class StreamFromOutside extends SubscriberBlackboxVerification<Object>
			implements AutoCloseable {

		private final TestEngine engine = new TestEngine();

		StreamFromOutside(TestEnvironment environment) {
			super(environment);
		}

		@Override
		public Subscriber<Object> createSubscriber() {
			return new Subscribed(this.engine).upstream;
		}

		@Override
		public Object createElement(int element) {
			return Event.of(element);
		}

		@Override
		public void close() {
			this.engine.close();
		}

	}

	/**
	 * What a stream subscribes with, and the stream, which is closed when the TCK wants
	 * the subscription to be cancelled. It need not be told to ask for events: it has
	 * asked for more than the TCK has.
	 */
	private static final class StreamFromInside extends SubscriberWhiteboxVerification<Object>
			implements AutoCloseable {

		private final TestEngine engine = new TestEngine();

		StreamFromInside(TestEnvironment environment) {
			super(environment);
		}

		@Override
		public Subscriber<Object> createSubscriber(WhiteboxSubscriberProbe<Object> probe) {
			Subscribed subscribed = new Subscribed(this.engine);
			return new Subscriber<>() {

				@Override
				public void onSubscribe(Subscription subscription) {
					subscribed.upstream.onSubscribe(subscription);
					probe.registerOnSubscribe(subscribed);
				}

				@Override
				public void onNext(Object element) {
					subscribed.upstream.onNext(element);
					probe.registerOnNext(element);
				}

				@Override
				public void onError(Throwable failure) {
					subscribed.upstream.onError(failure);
					probe.registerOnError(failure);
				}

				@Override
				public void onComplete() {
					subscribed.upstream.onComplete();
					probe.registerOnComplete();
				}

			};
		}

		@Override
		public Object createElement(int element) {
			return Event.of(element);
		}

		@Override
		public void close() {
			this.engine.close();
		}

	}

	/**
	 * A stream that has begun to subscribe to a publisher of which nothing has come yet.
	 */
	private static final class Subscribed implements SubscriberWhiteboxVerification.SubscriberPuppet {

		private final CompletableFuture<Subscriber<? super Object>> subscriber = new CompletableFuture<>();

		private final EventStream stream;

		private final PublisherSubscription upstream;

		Subscribed(TestEngine engine) {
			Publisher<Object> publisher = this.subscriber::complete;
			this.stream = engine.stream(publisher);
			this.stream.start();
			try {
				this.upstream = (PublisherSubscription) this.subscriber.get(DUE_MILLIS, TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException | ExecutionException | TimeoutException ex) {
				throw new AssertionError("The stream does not subscribe", ex);
			}
		}

		@Override
		public void triggerRequest(long elements) {
			assertThat(elements).isLessThanOrEqualTo(this.upstream.outstanding());
		}

		@Override
		public void signalCancel() {
			this.stream.close();
		}

	}

}
