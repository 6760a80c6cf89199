package io.eventsource.autoconfigure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.web.Admission;
import io.eventsource.web.StreamAccess;
import io.eventsource.web.StreamAdmission;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.web.cors.CorsConfiguration;

/**
 * The application's rules for single streams or for all: histories, filters and
 * admissions.
 */
class StreamRules {

	private final ConfigurableListableBeanFactory beanFactory;

	private final StreamBeans<EventHistory> histories;

	private final StreamBeans<EventFilter> filters;

	private final StreamBeans<StreamAdmission> admissions;

	StreamRules(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		this.histories = new StreamBeans<>(
				new ApplicationBeans<>(EventHistory.class, "event history", beanFactory).withoutWebScopes());
		this.filters = new StreamBeans<>(
				new ApplicationBeans<>(EventFilter.class, "event filter", beanFactory).withoutWebScopes());
		this.admissions = new StreamBeans<>(
				new ApplicationBeans<>(StreamAdmission.class, "stream admission", beanFactory));
	}

	/**
	 * Rejects beans for streams that do not exist.
	 */
	void check(Set<String> streams) {
		Set<String> known = new LinkedHashSet<>(streams);
		streams.forEach((stream) -> known.addAll(List.of(this.beanFactory.getAliases(stream))));
		AbsentBeans absent = AbsentBeans.of(this.beanFactory);
		this.histories.check(known, absent);
		this.filters.check(known, absent);
		this.admissions.check(known, absent);
	}

	/**
	 * The history of a stream.
	 * @return the history, or {@code null} if there is none
	 */
	@Nullable EventHistory history(String stream) {
		List<Supplier<@Nullable EventHistory>> beans = this.histories.of(names(stream));
		return beans.isEmpty() ? null : new EventHistories(beans);
	}

	/**
	 * Who may open a stream, and what they see of it.
	 */
	StreamAccess access(String stream, String typesParameter, @Nullable CorsConfiguration cors) {
		return new StreamAccess(admissions(this.admissions.of(names(stream))), filters(this.filters.of(names(stream))),
				typesParameter, cors);
	}

	/**
	 * Who may open publishers that are passed to the endpoint, and what they see of them.
	 */
	StreamAccess access(String typesParameter) {
		return new StreamAccess(admissions(this.admissions.forAll()), filters(this.filters.forAll()), typesParameter,
				null);
	}

	private Set<String> names(String stream) {
		Set<String> names = new LinkedHashSet<>(List.of(this.beanFactory.getAliases(stream)));
		names.add(stream);
		return names;
	}

	private static List<StreamAdmission> admissions(List<Supplier<@Nullable StreamAdmission>> beans) {
		return beans.stream().<StreamAdmission>map((bean) -> (client, request) -> {
			StreamAdmission admission = bean.get();
			return (admission != null) ? admission.admit(client, request) : Admission.accept();
		}).toList();
	}

	private static List<EventFilter> filters(List<Supplier<@Nullable EventFilter>> beans) {
		return beans.stream().<EventFilter>map((bean) -> (event, client) -> {
			EventFilter filter = bean.get();
			return filter == null || filter.test(event, client);
		}).toList();
	}

}
