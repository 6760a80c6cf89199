package io.eventsource.autoconfigure;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What editors and docs/reference.md say about the properties.
 */
class DocumentedPropertiesTests {

	private static final Pattern ROW = Pattern.compile("^\\| `(eventsource\\.[^`]+)` \\|");

	private static final String STREAM = "eventsource.streams.<name>.";

	@Test
	void everyPropertyHasADescription() throws Exception {
		assertThat(properties()).allSatisfy(
				(property) -> assertThat(property.path("description").asString()).as(property.path("name").asString())
					.endsWith("."));
	}

	@Test
	void referenceNamesEveryPropertyWithItsDefault() throws Exception {
		List<String> rows = rows();
		assertThat(properties()).allSatisfy((property) -> {
			String start = "| `" + property.path("name").asString() + "` | ";
			JsonNode defaultValue = property.path("defaultValue");
			assertThat(rows).anyMatch(
					(row) -> row.startsWith(
							defaultValue.isMissingNode() ? start : start + "`" + defaultValue.asString() + "` |"),
					start);
		});
	}

	@Test
	void referenceNamesNothingButProperties() throws Exception {
		List<String> names = properties().stream().map((property) -> property.path("name").asString()).toList();
		assertThat(rows().stream().map(ROW::matcher).filter(Matcher::find).map((row) -> row.group(1)))
			.doesNotHaveDuplicates()
			.filteredOn((name) -> !name.startsWith(STREAM))
			.isSubsetOf(names);
	}

	@Test
	void referenceNamesWhatCanBeSetForSingleStreamsOnly() throws Exception {
		List<String> general = properties().stream().map((property) -> property.path("name").asString()).toList();
		List<String> own = Stream.of(StreamProperties.class.getRecordComponents())
			.map((component) -> DataObjectPropertyName.toDashedForm(component.getName()))
			.toList();
		List<String> named = rows().stream()
			.map(ROW::matcher)
			.filter(Matcher::find)
			.map((row) -> row.group(1))
			.filter((name) -> name.startsWith(STREAM))
			.map((name) -> name.substring(STREAM.length()))
			.toList();
		assertThat(own).containsAll(named);
		assertThat(named).containsAll(own.stream()
			.filter((name) -> !name.equals("path"))
			.filter((name) -> general.stream().noneMatch((each) -> each.startsWith("eventsource." + name)))
			.toList());
	}

	private static List<String> rows() throws Exception {
		return Files.readAllLines(Path.of("..", "docs", "reference.md"));
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
