package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Predicate;

import io.eventsource.DispatcherSnapshot;
import io.eventsource.EventClient;
import io.eventsource.StreamSettings;
import io.eventsource.engine.runtime.Dispatcher;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link StreamRegistry} has between its start and its end: the threads, and the
 * streams that they serve. Thread-safe.
 */
final class RunningStreams {

	/** How long a worker may be stuck at a shutdown, at least. */
	private static final Duration SHORTEST_STALL = Duration.ofMillis(200);

	private final Dispatcher dispatcher;

	private final Map<String, StreamFamily> families = new LinkedHashMap<>();

	private final ActiveStreams adHoc = new ActiveStreams();

	/**
	 * Starts to serve.
	 * @param dispatcher the threads, which this object closes
	 * @param factories create the streams, by name
	 */
	RunningStreams(Dispatcher dispatcher, Map<String, StreamFamilyFactory> factories) {
		this.dispatcher = dispatcher;
		try {
			factories.forEach((name, factory) -> this.families.put(name, factory.create(dispatcher)));
		}
		catch (Throwable ex) {
			// Nobody else could, since nobody gets this object
			close();
			throw ex;
		}
	}

	Collection<StreamFamily> families() {
		return this.families.values();
	}

	@Nullable StreamFamily find(String name) {
		return this.families.get(name);
	}

	/**
	 * Returns a stream that was served from the start.
	 * @throws IllegalStateException if it was not
	 */
	StreamFamily get(String name) {
		StreamFamily family = this.families.get(name);
		if (family == null) {
			throw new IllegalStateException("Stream '" + name + "' is not running");
		}
		return family;
	}

	/**
	 * Creates a family that only its creator knows. It ends with all others.
	 */
	StreamFamily adHoc(String name, StreamSettings settings,
			BiFunction<Dispatcher, EventClient, EventStreamBuilder> factory) {
		return StreamFamily.perClient(name, settings, (client) -> factory.apply(this.dispatcher, client), this.adHoc);
	}

	/**
	 * Ends the connections of some clients at once.
	 * @return how many they were in each stream, as soon as the workers have looked
	 */
	List<CompletableFuture<Integer>> disconnect(Predicate<EventClient> condition) {
		List<CompletableFuture<Integer>> counts = new ArrayList<>();
		this.families.values().forEach((family) -> counts.addAll(family.disconnect(condition)));
		counts.addAll(this.adHoc.disconnect(condition));
		return counts;
	}

	DispatcherSnapshot dispatcher() {
		return this.dispatcher.snapshot();
	}

	void drain(Duration time) {
		// A worker that is stuck has no time left for the clients of others
		Duration share = time.dividedBy(8);
		this.dispatcher.hurry((share.compareTo(SHORTEST_STALL) < 0) ? SHORTEST_STALL : share);
		this.families.values().forEach((family) -> family.drain(time));
		this.adHoc.drain(time);
	}

	void close() {
		this.families.values().forEach(StreamFamily::close);
		this.adHoc.close();
		this.dispatcher.close();
	}

}
