package io.eventsource.engine;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.eventsource.DataWriter;
import io.eventsource.StreamSettings;
import io.eventsource.engine.runtime.WorkerReplaced;
import org.apache.commons.logging.Log;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the process has once, for all applications in it, does not change.
 */
class ProcessWideStateTests {

	/** What may change, and why that does no harm. */
	private static final Map<String, String> HARMLESS = Map.of("io.eventsource.web.ConnectionRequest.ids",
			"a counter, for ids that are unique in the process", "io.eventsource.engine.source.PublisherCall.CALLING",
			"of each thread, for the length of a call");

	/** What does not change. */
	private static final List<Class<?>> CONSTANT = List.of(String.class, Enum.class, Record.class, Log.class,
			Duration.class, Pattern.class, Method.class, StackWalker.class, LongSupplier.class, DataWriter.class,
			ConfigurationPropertyName.class, StreamSettings.class, WorkerReplaced.class,
			java.lang.invoke.VarHandle.class, java.util.concurrent.atomic.AtomicReferenceFieldUpdater.class,
			io.micrometer.context.ContextSnapshotFactory.class);

	@Test
	void noApplicationChangesWhatOthersSee() throws Exception {
		List<String> changing = new ArrayList<>();
		int fields = 0;
		for (JavaClass each : new ClassFileImporter()
			.importUrl(EventStream.class.getProtectionDomain().getCodeSource().getLocation())) {
			Class<?> type = ClassUtils.forName(each.getName(), getClass().getClassLoader());
			for (Field field : type.getDeclaredFields()) {
				if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
					fields++;
					if (mayChange(field)) {
						changing.add(type.getName() + "." + field.getName());
					}
				}
			}
		}
		assertThat(fields).isGreaterThan(100);
		assertThat(changing).containsExactlyInAnyOrderElementsOf(HARMLESS.keySet());
	}

	private static boolean mayChange(Field field) throws Exception {
		if (!Modifier.isFinal(field.getModifiers())) {
			return true;
		}
		field.setAccessible(true);
		Object value = field.get(null);
		return value != null && mayChange(value);
	}

	private static boolean mayChange(Object value) {
		if (value instanceof byte[] || ClassUtils.isPrimitiveOrWrapper(value.getClass())
				|| CONSTANT.stream().anyMatch((type) -> type.isInstance(value))) {
			return false;
		}
		if (value instanceof Collection || value instanceof Map) {
			return !value.getClass().getName().startsWith("java.util.ImmutableCollections");
		}
		// Whose own fields are final and constant in their turn
		return !value.getClass().getName().startsWith("io.eventsource") || changes(value);
	}

	private static boolean changes(Object value) {
		try {
			for (Field field : value.getClass().getDeclaredFields()) {
				if (!Modifier.isStatic(field.getModifiers())) {
					field.setAccessible(true);
					Object inner = field.get(value);
					if (!Modifier.isFinal(field.getModifiers()) || (inner != null && mayChange(inner))) {
						return true;
					}
				}
			}
			return false;
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
