package io.eventsource.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

/**
 * The beans of a type: those that a qualifier assigns to one stream, and those for all
 * streams.
 *
 * @param <T> the type
 */
class StreamBeans<T> {

	private final ApplicationBeans<T> beans;

	StreamBeans(ApplicationBeans<T> beans) {
		this.beans = beans;
	}

	/**
	 * Rejects beans for streams that do not exist.
	 * @param known the names of the streams, and their aliases
	 * @param absent streams that a condition has left out
	 */
	void check(Set<String> known, AbsentBeans absent) {
		for (ApplicationBean<T> bean : this.beans.all()) {
			String stream = bean.qualifier();
			if (!stream.isEmpty() && !known.contains(stream) && !absent.contains(stream)
					&& !this.beans.isInherited(bean)) {
				throw new InvalidEventSourceConfigurationException(
						"The " + this.beans.description() + " '" + bean.name() + "' has the qualifier '" + stream
								+ "', but there "
								+ (known.isEmpty() ? "is no event stream."
										: "are only the event streams " + known + "."),
						"Correct the qualifier, which must be the name of a stream, or remove it so that the bean is for all "
								+ "streams.");
			}
		}
	}

	/**
	 * The beans for a stream: first its own, then those for all streams, each in their
	 * order.
	 * @param names the name of the stream, and its aliases
	 */
	List<Supplier<@Nullable T>> of(Set<String> names) {
		List<Supplier<@Nullable T>> beans = new ArrayList<>(ordered(names));
		beans.addAll(forAll());
		return beans;
	}

	/**
	 * The beans for all streams.
	 */
	List<Supplier<@Nullable T>> forAll() {
		return ordered(Set.of(""));
	}

	/** Their number is known at once; their order may require the beans themselves. */
	private List<Supplier<@Nullable T>> ordered(Set<String> qualifiers) {
		List<ApplicationBean<T>> found = this.beans.all()
			.stream()
			.filter((bean) -> qualifiers.contains(bean.qualifier()))
			.toList();
		SingletonSupplier<List<ApplicationBean<T>>> sorted = SingletonSupplier.of(() -> this.beans.inOrder(found));
		return IntStream.range(0, found.size())
			.<Supplier<@Nullable T>>mapToObj((index) -> () -> sorted.obtain().get(index).get())
			.toList();
	}

}
