package io.eventsource.engine;

import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Counts what a garbage collection leaves of some classes.
 */
final class LiveObjects {

	private LiveObjects() {
	}

	/**
	 * How many instances of the classes there are, after a collection of the whole heap.
	 */
	static long count(Class<?>... classes) {
		Set<String> names = Stream.of(classes).map(Class::getName).collect(Collectors.toSet());
		// num: instances bytes class
		return histogram().lines()
			.map((line) -> line.trim().split("\\s+"))
			.filter((columns) -> columns.length >= 4 && names.contains(columns[3]))
			.mapToLong((columns) -> Long.parseLong(columns[1]))
			.sum();
	}

	private static String histogram() {
		try {
			return (String) ManagementFactory.getPlatformMBeanServer()
				.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
						new Object[] { new String[0] }, new String[] { String[].class.getName() });
		}
		catch (JMException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
