package io.eventsource.autoconfigure;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What editors and the README say of the properties.
 */
class DocumentedPropertiesTests {

	@Test
	void everyPropertyHasADescription() throws Exception {
		assertThat(properties()).allSatisfy(
				(property) -> assertThat(property.path("description").asString()).as(property.path("name").asString())
					.endsWith("."));
	}

	@Test
	void readmeNamesEveryPropertyWithItsDefault() throws Exception {
		List<String> rows = Files.readAllLines(Path.of("..", "README.md"));
		assertThat(properties()).allSatisfy((property) -> {
			String start = "| `" + property.path("name").asString() + "` | ";
			JsonNode defaultValue = property.path("defaultValue");
			assertThat(rows).anyMatch(
					(row) -> row.startsWith(
							defaultValue.isMissingNode() ? start : start + "`" + defaultValue.asString() + "` |"),
					start);
		});
	}

	private static List<JsonNode> properties() throws Exception {
		URL classes = EventSourceProperties.class.getProtectionDomain().getCodeSource().getLocation();
		JsonNode metadata = JsonMapper.shared()
			.readTree(Path.of(classes.toURI()).resolve("META-INF/spring-configuration-metadata.json").toFile());
		List<JsonNode> properties = metadata.path("properties")
			.valueStream()
			.filter((property) -> property.path("name").asString().startsWith("eventsource."))
			.filter((property) -> !property.path("name").asString().equals("eventsource.streams"))
			.toList();
		assertThat(properties).hasSizeGreaterThan(20);
		return properties;
	}

}
