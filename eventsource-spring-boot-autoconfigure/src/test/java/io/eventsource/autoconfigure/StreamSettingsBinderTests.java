package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each setting of a single stream is found under each form of each name, as any other
 * property of Spring Boot is.
 */
class StreamSettingsBinderTests {

	private static final String SOURCE = "test";

	private static final String VARIABLES = "systemEnvironment";

	@ParameterizedTest
	@ValueSource(
			strings = { "orders", "orderUpdates", "order-updates", "order_updates", "my.orders", "my.orderUpdates.v2",
					"ORDERS", "ordersURL", "a1", "v2.orders-of_all", "eventsource.streams", "retry.path" })
	void everySettingIsFoundInEachFormOfTheName(String stream) {
		for (PropertyKeys.Key key : keys(stream)) {
			Map<String, Object> exact = Map.of("eventsource.streams[" + stream + "]." + key.name(), value(key.type()));
			StreamProperties expected = bind(stream, SOURCE, exact);
			assertThat(expected).as(exact.toString()).isNotEqualTo(StreamProperties.NONE);
			for (String name : properties(stream, key)) {
				Map<String, Object> source = Map.of(name, value(key.type()));
				assertThat(bind(stream, SOURCE, source)).as(name).isEqualTo(expected);
				assertThat(unread(stream, SOURCE, source)).isEmpty();
			}
			for (String name : variables(stream, key)) {
				Map<String, Object> source = Map.of(name, value(key.type()));
				assertThat(bind(stream, VARIABLES, source)).as(name).isEqualTo(expected);
				assertThat(unread(stream, VARIABLES, source)).isEmpty();
			}
		}
	}

	/** All keys for two of the names, and a part of them for each other, to be quick. */
	private static List<PropertyKeys.Key> keys(String stream) {
		boolean all = Set.of("orders", "my.orderUpdates.v2").contains(stream);
		return PropertyKeys.of(StreamProperties.class)
			.keys()
			.stream()
			.filter((key) -> all || Math.floorMod((stream + key.name()).hashCode(), 4) == 0)
			.toList();
	}

	@ParameterizedTest
	@ValueSource(strings = { "größe", "com.example.Orders#0", "orders/v2", "注文", "a b", "orders$1" })
	void nameOfOtherCharactersIsFoundInBrackets(String stream) {
		for (PropertyKeys.Key key : PropertyKeys.of(StreamProperties.class).keys()) {
			Map<String, Object> source = Map.of("eventsource.streams[" + stream + "]." + key.name(), value(key.type()));
			assertThat(bind(stream, SOURCE, source)).as(source.toString()).isNotEqualTo(StreamProperties.NONE);
			assertThat(unread(stream, SOURCE, source)).isEmpty();
		}
	}

	@Test
	void variableWinsOverAFileWhateverFormTheNameHas() {
		StandardEnvironment environment = environment(SOURCE,
				Map.of("eventsource.streams[my.orders].heartbeat", "1s", "eventsource.streams[my.orders].retry", "2s"));
		environment.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource(VARIABLES,
					Map.of("EVENTSOURCE_STREAMS_MY_ORDERS_HEARTBEAT", "3s")));
		StreamProperties settings = binder(environment, Set.of("my.orders")).bind("my.orders");
		assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(3));
		assertThat(settings.retry()).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void namesThatDifferInTheirFormOnlyAreToldApart() {
		StandardEnvironment environment = environment(SOURCE,
				Map.of("eventsource.streams.orders.path", "/a", "eventsource.streams[Orders].path", "/b"));
		StreamSettingsBinder binder = binder(environment, Set.of("orders", "Orders"));
		assertThat(binder.bind("orders").path()).isEqualTo("/a");
		assertThat(binder.bind("Orders").path()).isEqualTo("/b");
	}

	@Test
	void nameThatContinuesAnotherHasSettingsOfItsOwn() {
		StandardEnvironment environment = environment(SOURCE, Map.of("eventsource.streams.orders.path", "/a",
				"eventsource.streams.orders.v2.path", "/b", "eventsource.streams.orders.history.max-events", "3"));
		StreamSettingsBinder binder = binder(environment, Set.of("orders", "orders.v2"));
		assertThat(binder.bind("orders").path()).isEqualTo("/a");
		assertThat(binder.bind("orders").history().maxEvents()).isEqualTo(3);
		assertThat(binder.bind("orders.v2").path()).isEqualTo("/b");
	}

	@Test
	void placeholdersAreResolved() {
		StandardEnvironment environment = environment(SOURCE,
				Map.of("eventsource.streams.orders.path", "${where:/there}"));
		assertThat(binder(environment, Set.of("orders")).bind("orders").path()).isEqualTo("/there");
	}

	private static List<String> properties(String stream, PropertyKeys.Key key) {
		List<String> names = new ArrayList<>();
		List<UnaryOperator<String>> forms = List.of((name) -> name, DataObjectPropertyName::toDashedForm,
				(name) -> DataObjectPropertyName.toDashedForm(name).replace("-", ""),
				(name) -> DataObjectPropertyName.toDashedForm(name).replace("-", "_"));
		for (UnaryOperator<String> form : forms) {
			names.add("eventsource.streams." + form.apply(stream) + "." + key.name());
			names.add("eventsource.streams." + form.apply(stream) + "." + camelCase(key.name().toString()));
		}
		return names;
	}

	private static List<String> variables(String stream, PropertyKeys.Key key) {
		String dashed = DataObjectPropertyName.toDashedForm(stream).replace('.', '_');
		String name = key.name().toString().replace('.', '_');
		return List.of(variable(dashed.replace("-", "") + "_" + name.replace("-", "")),
				variable(dashed.replace('-', '_') + "_" + name.replace('-', '_')));
	}

	private static String variable(String name) {
		return "EVENTSOURCE_STREAMS_" + name.toUpperCase(Locale.ROOT);
	}

	private static String camelCase(String name) {
		StringBuilder result = new StringBuilder();
		for (String part : name.split("-")) {
			result.append(result.isEmpty() ? part : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
		}
		return result.toString();
	}

	private static String value(Class<?> type) {
		Map<Class<?>, String> values = new LinkedHashMap<>(Map.of(Duration.class, "7s", Integer.class, "7",
				DataSize.class, "7KB", String.class, "x", Boolean.class, "true", List.class, "a,b"));
		return type.isEnum() ? type.getEnumConstants()[1].toString() : values.get(type);
	}

	private static StreamProperties bind(String stream, String kind, Map<String, Object> source) {
		return binder(environment(kind, source), Set.of(stream)).bind(stream);
	}

	private static Collection<String> unread(String stream, String kind, Map<String, Object> source) {
		StandardEnvironment environment = environment(kind, source);
		Set<String> streams = Set.of(stream);
		return new SettingsReview(environment, streams, streams, binder(environment, streams), Set.of()).unread();
	}

	private static StreamSettingsBinder binder(StandardEnvironment environment, Set<String> streams) {
		EventSourceProperties properties = Binder.get(environment)
			.bindOrCreate("eventsource", EventSourceProperties.class);
		return new StreamSettingsBinder(properties, environment, streams);
	}

	private static StandardEnvironment environment(String kind, Map<String, Object> source) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().forEach((other) -> environment.getPropertySources().remove(other.getName()));
		environment.getPropertySources()
			.addFirst(kind.equals(VARIABLES) ? new SystemEnvironmentPropertySource(kind, source)
					: new MapPropertySource(kind, source));
		return environment;
	}

}
