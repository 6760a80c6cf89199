package io.eventsource.autoconfigure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.function.SingletonSupplier;

/**
 * The beans of a type: those that a qualifier ties to one stream, and those for all. They
 * are made when they are needed, so that they may depend on the endpoint.
 *
 * @param <T> the type
 */
class StreamBeans<T> {

	private final String description;

	private final Map<String, Supplier<T>> beans = new LinkedHashMap<>();

	/** The name of each bean, and the stream that it is for, or nothing if for all. */
	private final Map<String, String> streams = new LinkedHashMap<>();

	StreamBeans(Class<T> type, String description, ListableBeanFactory beanFactory) {
		this.description = description;
		for (String name : inOrder(beanFactory.getBeanNamesForType(type, true, false), beanFactory)) {
			Qualifier qualifier = beanFactory.findAnnotationOnBean(name, Qualifier.class);
			this.beans.put(name, SingletonSupplier.of(() -> beanFactory.getBean(name, type)));
			this.streams.put(name, (qualifier != null) ? qualifier.value() : "");
		}
	}

	/**
	 * By their {@link Order}, since to ask the beans themselves would be to make them.
	 */
	private static List<String> inOrder(String[] names, ListableBeanFactory beanFactory) {
		return Arrays.stream(names).sorted(Comparator.comparingInt((name) -> {
			Order order = beanFactory.findAnnotationOnBean(name, Order.class);
			return (order != null) ? order.value() : Ordered.LOWEST_PRECEDENCE;
		})).toList();
	}

	/**
	 * Refuses beans for streams that do not exist.
	 */
	void check(Set<String> known) {
		this.streams.forEach((bean, stream) -> {
			if (!stream.isEmpty() && !known.contains(stream)) {
				throw new InvalidEventSourceConfigurationException(
						"The " + this.description + " '" + bean + "' has the qualifier '" + stream + "', but there "
								+ (known.isEmpty() ? "is no event stream."
										: "are only the event streams " + known + "."),
						"Correct the qualifier, which must be the name of a stream, or remove it to have one for all "
								+ "streams.");
			}
		});
	}

	/**
	 * The beans for a stream: its own ones first, then those for all, each by their
	 * order.
	 */
	List<Supplier<T>> of(String stream) {
		return Stream.concat(named(stream), named("")).toList();
	}

	/**
	 * The beans for all streams.
	 */
	List<Supplier<T>> forAll() {
		return named("").toList();
	}

	private Stream<Supplier<T>> named(String stream) {
		return this.beans.entrySet()
			.stream()
			.filter((bean) -> stream.equals(this.streams.get(bean.getKey())))
			.map(Map.Entry::getValue);
	}

}
