package io.eventsource.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.StreamListener;
import io.eventsource.engine.runtime.Dispatcher;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Streams and clients in a JVM of their own, whose heap is a few times
 * <code>buffer-memory</code>.
 */
final class HeapEngine {

	private final Dispatcher dispatcher = new Dispatcher(2);

	private final AtomicInteger clients = new AtomicInteger();

	/**
	 * Does something, says so, and ends the JVM. A heap that is full ends it with another
	 * exit value.
	 */
	static void run(Runnable action) {
		action.run();
		System.out.println("survived");
		System.exit(0);
	}

	static void require(boolean condition, String message) {
		if (!condition) {
			throw new IllegalStateException(message);
		}
	}

	EventStream start(Publisher<?> publisher, UnaryOperator<EventStreamBuilder> customizer) {
		EventStream stream = build(publisher, customizer);
		stream.start();
		return stream;
	}

	EventStream build(Publisher<?> publisher, UnaryOperator<EventStreamBuilder> customizer) {
		return customizer.apply(EventStream.builder("heap", publisher, this.dispatcher).listener(new Reasons()))
			.build();
	}

	CountingSink connect(EventStream stream, long limit, @Nullable String lastEventId) {
		CountingSink sink = new CountingSink(limit);
		String id = "c" + this.clients.incrementAndGet();
		sink.open(stream.connect(EventClient.builder(id, "heap").lastEventId(lastEventId).build(), sink));
		return sink;
	}

	/** Prints why clients were closed. */
	private static final class Reasons implements StreamListener {

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			System.out.println(client.id() + " was closed: " + reason);
		}

	}

}
