package io.eventsource.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;

/**
 * The histories among the beans: those that a qualifier ties to one stream, and those for
 * all.
 */
class EventHistories {

	private final ListableBeanFactory beanFactory;

	/** The name of each bean, and the stream that it is for, or nothing if for all. */
	private final Map<String, String> streams = new LinkedHashMap<>();

	EventHistories(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		for (String name : beanFactory.getBeanNamesForType(EventHistory.class, true, false)) {
			Qualifier qualifier = beanFactory.findAnnotationOnBean(name, Qualifier.class);
			this.streams.put(name, (qualifier != null) ? qualifier.value() : "");
		}
	}

	/**
	 * Refuses histories of streams that do not exist.
	 */
	void check(Set<String> known) {
		this.streams.forEach((history, stream) -> {
			if (!stream.isEmpty() && !known.contains(stream)) {
				throw new InvalidEventSourceConfigurationException(
						"The event history '" + history + "' has the qualifier '" + stream + "', but there "
								+ (known.isEmpty() ? "is no event stream."
										: "are only the event streams " + known + "."),
						"Correct the qualifier, which must be the name of a stream, or remove it to have a history "
								+ "for all streams.");
			}
		});
	}

	/**
	 * The history of a stream: its own ones first, then those for all.
	 * @return the history, or {@code null} if there is none
	 */
	@Nullable EventHistory of(String stream) {
		List<String> names = new ArrayList<>(named(stream));
		names.addAll(named(""));
		return names.isEmpty() ? null : new FirstThatKnows(names, this.beanFactory);
	}

	private List<String> named(String stream) {
		return this.streams.keySet().stream().filter((name) -> stream.equals(this.streams.get(name))).toList();
	}

	/**
	 * Asks one bean after the other, until one knows the id. Beans are made when they are
	 * needed.
	 *
	 * @param names the names of the beans
	 * @param beanFactory where the beans are
	 */
	private record FirstThatKnows(List<String> names, ListableBeanFactory beanFactory) implements EventHistory {

		@Override
		public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) throws Exception {
			for (String name : this.names) {
				EventHistory history = this.beanFactory.getBean(name, EventHistory.class);
				Stream<Event> events = history.after(lastEventId, client, limit);
				if (events != null) {
					return events;
				}
			}
			return null;
		}

	}

}
