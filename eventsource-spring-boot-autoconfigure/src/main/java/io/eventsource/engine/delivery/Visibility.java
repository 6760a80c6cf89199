package io.eventsource.engine.delivery;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.runtime.StreamContext;
import org.jspecify.annotations.Nullable;

/**
 * Which clients of one stream may see which events, and ids of events.
 */
public final class Visibility {

	private final StreamContext context;

	private final List<EventFilter> filters;

	private final BooleanSupplier opaqueIds;

	private final Map<String, EventClient> byTopic;

	/**
	 * Describes what the clients of a stream may see.
	 * @param filters the filters, which must all agree
	 * @param opaqueIds whether the ids of events say nothing about the events; not asked
	 * before a client comes that has to know
	 */
	public Visibility(StreamContext context, List<EventFilter> filters, BooleanSupplier opaqueIds) {
		this(context, filters, opaqueIds, Map.of());
	}

	/**
	 * Describes what the client of a stream may see that has events of several topics.
	 * @param byTopic the client as it was let in to each topic
	 */
	public Visibility(StreamContext context, List<EventFilter> filters, BooleanSupplier opaqueIds,
			Map<String, EventClient> byTopic) {
		this.context = context;
		this.filters = filters;
		this.opaqueIds = opaqueIds;
		this.byTopic = byTopic;
	}

	/**
	 * The client as it was let in to the topic that a frame is of.
	 * @param client the client of the connection
	 */
	EventClient client(EventClient client, Frame frame) {
		String topic = frame.topic();
		return (topic != null) ? this.byTopic.getOrDefault(topic, client) : client;
	}

	/**
	 * Asks about a client as it was let in to each topic.
	 */
	Predicate<EventClient> asked(Predicate<EventClient> condition) {
		return this.byTopic.isEmpty() ? condition : (client) -> this.byTopic.values().stream().anyMatch(condition);
	}

	StreamContext context() {
		return this.context;
	}

	List<EventFilter> filters() {
		return this.filters;
	}

	boolean hasFilters() {
		return !this.filters.isEmpty();
	}

	/**
	 * Whether a client is shown all events.
	 */
	public boolean showsAll(EventClient client) {
		return this.filters.isEmpty() && client.types().isEmpty();
	}

	/**
	 * Whether a client may know the ids of events that it is not shown.
	 */
	boolean disclosesIds() {
		return this.filters.isEmpty() || this.context.personal() || this.opaqueIds.getAsBoolean();
	}

	/**
	 * What a client may see and has asked for; {@code null} for everything.
	 * @param positions whether the client is told positions
	 * @param onStall called if a worker had to be replaced while it was in a filter
	 */
	@Nullable ClientFilter filterFor(EventClient client, boolean positions, Runnable onStall) {
		return showsAll(client) ? null : new ClientFilter(client, this, positions, onStall);
	}

}
