package io.eventsource.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Flow;

import io.eventsource.Event;
import io.eventsource.PersonalStream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.http.codec.ServerSentEvent;

/**
 * Finds the beans to serve: those whose declared type says that they publish events. A
 * publisher of anything else, or of nobody knows what, is never served.
 */
class PublisherBeans {

	private final ConfigurableListableBeanFactory beanFactory;

	private final ReactiveAdapterRegistry adapters = ReactiveAdapterRegistry.getSharedInstance();

	PublisherBeans(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * The names of the beans in the order of their definition, and which are primary.
	 */
	Map<String, Boolean> find() {
		Map<String, Boolean> beans = new LinkedHashMap<>();
		for (String name : this.beanFactory.getBeanNamesForType(Object.class, false, false)) {
			if (isCandidate(name) && isStream(type(name))) {
				beans.put(name, isPrimary(name));
			}
		}
		return beans;
	}

	private boolean isCandidate(String name) {
		return !this.beanFactory.containsBeanDefinition(name)
				|| this.beanFactory.getMergedBeanDefinition(name).isAutowireCandidate();
	}

	private boolean isPrimary(String name) {
		return this.beanFactory.containsBeanDefinition(name)
				&& this.beanFactory.getMergedBeanDefinition(name).isPrimary();
	}

	private ResolvableType type(String name) {
		// Also makes the factory find out what a factory method returns
		Class<?> type = this.beanFactory.getType(name, false);
		if (this.beanFactory.containsBeanDefinition(name)) {
			BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(name);
			if (definition.getResolvableType() != ResolvableType.NONE) {
				return definition.getResolvableType();
			}
		}
		return ResolvableType.forClass(type);
	}

	private boolean isStream(ResolvableType type) {
		return type.as(PersonalStream.class) != ResolvableType.NONE || publishesEvents(type);
	}

	private boolean publishesEvents(ResolvableType type) {
		Class<?> element = elementType(type);
		return element != null
				&& (Event.class.isAssignableFrom(element) || ServerSentEvent.class.isAssignableFrom(element));
	}

	private @Nullable Class<?> elementType(ResolvableType type) {
		if (type.as(Publisher.class) != ResolvableType.NONE) {
			return type.as(Publisher.class).getGeneric(0).resolve();
		}
		if (type.as(Flow.Publisher.class) != ResolvableType.NONE) {
			return type.as(Flow.Publisher.class).getGeneric(0).resolve();
		}
		Class<?> raw = type.resolve();
		ReactiveAdapter adapter = (raw != null) ? this.adapters.getAdapter(raw) : null;
		return (adapter != null) ? type.as(adapter.getReactiveType()).getGeneric(0).resolve() : null;
	}

}
