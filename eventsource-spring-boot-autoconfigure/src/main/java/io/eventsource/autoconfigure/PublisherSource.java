package io.eventsource.autoconfigure;

import java.util.function.Supplier;

import io.eventsource.EventChannel;

import org.springframework.beans.factory.BeanFactory;

/**
 * Fetches the publisher of a stream, and rejects one that cannot be a stream.
 *
 * @param bean the bean that is the publisher
 * @param perClient whether each client gets a subscription of its own
 * @param beanFactory the factory of the bean
 */
record PublisherSource(PublisherBean bean, boolean perClient, BeanFactory beanFactory) implements Supplier<Object> {

	PublisherSource {
		if (perClient && bean.isChannel()) {
			throw perClient(bean.name());
		}
	}

	@Override
	public Object get() {
		String name = this.bean.name();
		Object publisher = this.beanFactory.getBean(name);
		// Spring represents null by a bean that equals null
		if (publisher.equals(null)) {
			throw new InvalidEventSourceConfigurationException(
					"The event stream '" + name + "' has no publisher, since its bean is null.",
					"Return a publisher from the method that declares the bean '" + name
							+ "', or exclude the bean by a condition.");
		}
		if (this.perClient && publisher instanceof EventChannel) {
			throw perClient(name);
		}
		return publisher;
	}

	private static InvalidEventSourceConfigurationException perClient(String name) {
		return new InvalidEventSourceConfigurationException(
				"Stream '" + name + "' cannot be subscribed to per client, since its publisher is an EventChannel, in "
						+ "which one slow client would hold up all others.",
				"Set eventsource.streams." + name
						+ ".subscription to 'shared', or declare a PersonalStream that creates "
						+ "a channel for each client.");
	}

}
