package io.eventsource.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.PropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;

/**
 * Settings on the pages: all of {@code eventsource} is bound as at the start of an
 * application, and other keys are those that Spring Boot's modules describe.
 */
final class SettingsCode {

	private SettingsCode() {
	}

	static void check(Page.Block block) throws IOException {
		PropertySourceLoader loader = block.language().equals("yaml") ? new YamlPropertySourceLoader()
				: new PropertiesPropertySourceLoader();
		List<PropertySource<?>> sources = loader.load(block.toString(),
				new ByteArrayResource(block.code().getBytes(StandardCharsets.UTF_8)));
		StandardEnvironment environment = new StandardEnvironment();
		sources.forEach(environment.getPropertySources()::addFirst);
		bind(environment);
		Set<String> unknown = sources.stream()
			.flatMap((source) -> List.of(((EnumerablePropertySource<?>) source).getPropertyNames()).stream())
			.filter((name) -> !name.startsWith("eventsource.") && !known().contains(name))
			.collect(Collectors.toCollection(TreeSet::new));
		if (!unknown.isEmpty()) {
			throw new AssertionError("Nothing knows these settings: " + unknown);
		}
	}

	private static void bind(StandardEnvironment environment) {
		try {
			Class<?> properties = Class.forName("io.eventsource.autoconfigure.EventSourceProperties");
			new Binder(ConfigurationPropertySources.get(environment)).bindOrCreate("eventsource",
					Bindable.of(properties), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Set<String> known() {
		try {
			return Collections
				.list(SettingsCode.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))
				.stream()
				.map(SettingsCode::read)
				.flatMap((metadata) -> metadata.path("properties").valueStream())
				.map((property) -> property.path("name").asString())
				.collect(Collectors.toSet());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static JsonNode read(java.net.URL metadata) {
		try {
			return JsonMapper.shared().readTree(metadata.openStream());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
