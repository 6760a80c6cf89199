package io.eventsource.engine.source;

import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.runtime.Dispatcher;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a publisher is subscribed to and cancelled, and by which threads.
 */
class StreamSourceTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@Test
	void publisherIsSubscribedToOnceWhenTheFirstClientHasItsPlace() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.tick();
		assertThat(this.publisher.subscriptions()).isZero();
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.WAITING);
		this.engine.connectBlocked(stream);
		this.publisher.awaitSubscriptions(1);
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
		this.engine.connect(stream);
		stream.start();
		this.engine.tick();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void startedStreamSubscribesWithoutAClient() {
		this.engine.stream(this.publisher).start();
		this.publisher.awaitSubscriptions(1);
	}

	@Test
	void closedStreamDoesNotSubscribe() {
		EventStream stream = this.engine.stream(this.publisher);
		stream.close();
		stream.start();
		this.engine.tick();
		assertThat(this.publisher.subscriptions()).isZero();
	}

	@Test
	void workersNeverCallThePublisher() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		this.publisher.emit(IntStream.range(0, 16).boxed().toArray());
		client.awaitEvents(16);
		TestEngine.await().until(() -> this.publisher.link().requests().size() > 1);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		assertThat(this.publisher.threads()).noneMatch((call) -> call.contains("eventsource-dispatch"));
	}

	@Test
	void publisherIsSubscribedToAndAskedOnThreadsOfTheIntake() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		this.publisher.awaitRequest();
		assertThat(this.publisher.threads())
			.allMatch((call) -> call.matches("(subscribe|request) on eventsource-intake-\\d+"));
	}

	@Test
	void publisherThatBlocksHoldsUpNoOtherStream() {
		CountDownLatch release = new CountDownLatch(1);
		Publisher<Event> blocking = (subscriber) -> {
			try {
				release.await();
			}
			catch (InterruptedException ex) {
				// The dispatcher was closed
			}
		};
		try {
			for (int i = 0; i < 20; i++) {
				this.engine.connect(this.engine.stream(blocking));
			}
			this.engine.connect(this.engine.stream(Flux.just(Event.of("a")))).awaitData("a");
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void writerThatBlocksHoldsUpNoOtherStream() {
		CountDownLatch release = new CountDownLatch(1);
		EventChannel channel = EventChannel.create();
		channel.publish("early", 1);
		EventStream blocking = this.engine.stream(channel, (builder) -> builder.dataWriter((data) -> {
			release.await();
			return "late";
		}));
		Thread starter = new Thread(blocking::start);
		starter.start();
		try {
			TestEngine.await().until(() -> starter.getState() == Thread.State.WAITING || !starter.isAlive());
			this.engine.tick();
			for (int i = 0; i < 4; i++) {
				this.engine.connect(this.engine.stream(Flux.just(Event.of("a")))).awaitData("a");
			}
		}
		finally {
			release.countDown();
		}
		Client client = this.engine.connect(blocking);
		channel.complete();
		client.awaitClosed(CloseReason.COMPLETED);
	}

	@Test
	void publisherOfAPersonalStreamIsLetGoWithItsClient() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
	}

	@Test
	void publisherIsLetGoEvenIfTheDispatcherWasClosedFirst() {
		Dispatcher dispatcher = new Dispatcher(1);
		EventStream stream = EventStream.builder("test", this.publisher, dispatcher).build();
		stream.start();
		this.publisher.awaitRequest();
		dispatcher.close();
		stream.close();
		assertThat(this.publisher.link().cancellations()).isOne();
	}

	@Test
	void sharedPublisherStaysWhenItsLastClientLeaves() {
		EventStream stream = this.engine.stream(this.publisher);
		Client client = this.engine.connect(stream);
		this.publisher.awaitRequest();
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		this.engine.tick();
		assertThat(this.publisher.link().cancellations()).isZero();
	}

}
