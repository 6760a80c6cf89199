package io.eventsource.autoconfigure;

import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;

/**
 * The beans that a condition of Spring Boot has left out, by the names of the methods
 * that declare them.
 *
 * @param names the names
 */
record AbsentBeans(Set<String> names) {

	static AbsentBeans of(ConfigurableListableBeanFactory beanFactory) {
		return new AbsentBeans(ConditionEvaluationReport.get(beanFactory)
			.getConditionAndOutcomesBySource()
			.entrySet()
			.stream()
			.filter((entry) -> !entry.getValue().isFullMatch())
			.map((entry) -> entry.getKey().substring(entry.getKey().lastIndexOf('#') + 1))
			.collect(Collectors.toSet()));
	}

	boolean contains(String name) {
		return this.names.contains(name);
	}

}
