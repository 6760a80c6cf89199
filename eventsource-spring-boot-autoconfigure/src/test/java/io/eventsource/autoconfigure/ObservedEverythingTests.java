package io.eventsource.autoconfigure;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.RefusalReason;
import io.eventsource.StreamListener;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicsSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What can be observed is passed on, shown and documented without exception.
 */
class ObservedEverythingTests {

	static Stream<Method> signals() {
		return Arrays.stream(StreamListener.class.getMethods());
	}

	@ParameterizedTest
	@MethodSource("signals")
	void allListenersAreToldEverything(Method signal) throws Exception {
		List<Object> told = new ArrayList<>();
		StreamListener listener = (StreamListener) Proxy.newProxyInstance(StreamListener.class.getClassLoader(),
				new Class<?>[] { StreamListener.class }, (proxy, method, arguments) -> {
					told.add(method);
					told.addAll(Arrays.asList(arguments));
					throw new IllegalStateException("listener");
				});
		Object[] arguments = Arrays.stream(signal.getParameterTypes()).map(ObservedEverythingTests::argument).toArray();
		signal.invoke(new CompositeStreamListener(List.of(listener, listener)), arguments);
		List<Object> once = new ArrayList<>(List.of(signal));
		once.addAll(Arrays.asList(arguments));
		List<Object> twice = new ArrayList<>(once);
		twice.addAll(once);
		assertThat(told).isEqualTo(twice);
	}

	private static Object argument(Class<?> type) {
		if (type.isEnum()) {
			return type.getEnumConstants()[0];
		}
		if (type == String.class) {
			return "text";
		}
		if (type == Event.class) {
			return Event.of("data");
		}
		if (type == EventClient.class) {
			return EventClient.builder("c", "test").build();
		}
		if (type == Throwable.class) {
			return new IllegalStateException("cause");
		}
		return (type == Object.class) ? "element" : 7L;
	}

	@Test
	void actuatorShowsAllOfASnapshot() {
		Set<String> shown = components(StreamsEndpoint.StreamDescriptor.class);
		Set<String> known = components(StreamSnapshot.class);
		known.remove("name");
		known.remove("published");
		assertThat(shown).containsAll(known).contains("position");
	}

	private static Set<String> components(Class<?> type) {
		return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).collect(Collectors.toSet());
	}

	static Stream<Arguments> tags() {
		return Stream.of(Arguments.of("eventsource.clients.closed", CloseReason.values()),
				Arguments.of("eventsource.clients.refused", RefusalReason.values()),
				Arguments.of("eventsource.gaps", GapCause.values()),
				Arguments.of("eventsource.topics.forgotten", TopicsSnapshot.Reason.values()));
	}

	@ParameterizedTest
	@MethodSource("tags")
	void everyValueOfATagIsInTheTableOfMeters(String meter, Enum<?>[] values) throws IOException {
		String row = Files.readAllLines(Path.of("../docs/operating.md"))
			.stream()
			.filter((line) -> line.startsWith("| `" + meter + "` |"))
			.findFirst()
			.orElseThrow();
		assertThat(values).allSatisfy((value) -> assertThat(row)
			.contains("`" + value.name().toLowerCase(Locale.ROOT).replace('_', '-') + "`"));
	}

}
