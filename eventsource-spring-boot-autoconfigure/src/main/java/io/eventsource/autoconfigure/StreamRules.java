package io.eventsource.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.web.StreamAccess;
import io.eventsource.web.StreamAdmission;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.web.cors.CorsConfiguration;

/**
 * What the application's beans say of single streams or of all: histories, filters and
 * admissions.
 */
class StreamRules {

	private final StreamBeans<EventHistory> histories;

	private final StreamBeans<EventFilter> filters;

	private final StreamBeans<StreamAdmission> admissions;

	StreamRules(ListableBeanFactory beanFactory) {
		this.histories = new StreamBeans<>(EventHistory.class, "event history", beanFactory);
		this.filters = new StreamBeans<>(EventFilter.class, "event filter", beanFactory);
		this.admissions = new StreamBeans<>(StreamAdmission.class, "stream admission", beanFactory);
	}

	/**
	 * Refuses beans for streams that do not exist.
	 */
	void check(Set<String> known) {
		this.histories.check(known);
		this.filters.check(known);
		this.admissions.check(known);
	}

	/**
	 * The history of a stream.
	 * @return the history, or {@code null} if there is none
	 */
	@Nullable EventHistory history(String stream) {
		List<Supplier<EventHistory>> beans = this.histories.of(stream);
		return beans.isEmpty() ? null : new EventHistories(beans);
	}

	/**
	 * Who may open a stream, and what they see of it.
	 */
	StreamAccess access(String stream, String typesParameter, @Nullable CorsConfiguration cors) {
		return new StreamAccess(admissions(this.admissions.of(stream)), filters(this.filters.of(stream)),
				typesParameter, cors);
	}

	/**
	 * Who may open publishers that are handed to the endpoint, and what they see of them.
	 */
	StreamAccess access(String typesParameter) {
		return new StreamAccess(admissions(this.admissions.forAll()), filters(this.filters.forAll()), typesParameter,
				null);
	}

	private static List<StreamAdmission> admissions(List<Supplier<StreamAdmission>> beans) {
		return beans.stream()
			.<StreamAdmission>map((bean) -> (client, request) -> bean.get().admit(client, request))
			.toList();
	}

	private static List<EventFilter> filters(List<Supplier<EventFilter>> beans) {
		return beans.stream().<EventFilter>map((bean) -> (event, client) -> bean.get().test(event, client)).toList();
	}

}
