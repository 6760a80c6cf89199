package io.eventsource.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Holds docs/architecture.md to the code: it has a sentence for each class and names no
 * class that does not exist. Nor do other pages.
 */
class ArchitecturePageTests {

	private static final Path MAIN = Path.of("src/main/java");

	private static final Pattern PACKAGE = Pattern.compile("^### `(io\\.eventsource[.\\w]*)`$");

	private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\| (.+) \\|$");

	private static final Pattern SENTENCE = Pattern.compile("[A-Z{`].*[^.]\\.");

	private static final Pattern TYPE_NAME = Pattern.compile("`([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?[^`]*`");

	private static final Pattern DECLARATION = Pattern.compile("(?:class|interface|record|enum) ([A-Z]\\w*)");

	/** Types of others that the pages name. */
	private static final Set<String> FOREIGN = Set.of("AsyncContext", "AsyncListener", "OverflowException", "Publisher",
			"SseEmitter", "Stream");

	@Test
	void everyClassHasASentenceAndEverySentenceAClass() throws IOException {
		assertThat(names(rows(page()))).isEqualTo(classes());
	}

	@Test
	void sentencesAreSentencesInTheOrderOfTheNames() throws IOException {
		rows(page()).forEach((name, rows) -> {
			assertThat(rows).as(name).extracting(Row::name).isSorted().doesNotHaveDuplicates();
			assertThat(rows).extracting(Row::sentence).allMatch(SENTENCE.asMatchPredicate());
		});
	}

	@Test
	void placesToChangeExist() throws IOException {
		List<String> places = page().stream()
			.dropWhile((line) -> !line.startsWith("## Where do I change"))
			.skip(1)
			.takeWhile((line) -> !line.startsWith("## "))
			.filter((line) -> line.startsWith("| ") && !line.startsWith("| ---"))
			.skip(1)
			.toList();
		assertThat(places).hasSizeGreaterThanOrEqualTo(10);
		Set<String> known = types().keySet();
		assertThat(places).allSatisfy((place) -> {
			List<String> names = TYPE_NAME.matcher(place).results().map((name) -> name.group(1)).toList();
			assertThat(names).isNotEmpty().isSubsetOf(known);
		});
	}

	@Test
	void readmeHasTheSamePicture() {
		assertThat(picture("README.md")).isEqualTo(picture("docs/architecture.md"));
	}

	@Test
	void picturesNamesAreThoseOfClasses() throws IOException {
		Set<String> known = types().keySet();
		List<String> names = Pattern.compile("\\b[A-Z]\\w*[a-z]\\w*[A-Z]\\w*")
			.matcher(picture("docs/architecture.md"))
			.results()
			.map(MatchResult::group)
			.toList();
		assertThat(names).hasSizeGreaterThan(5).isSubsetOf(known);
	}

	@ParameterizedTest
	@ValueSource(strings = { "concurrency.md", "api.md" })
	void pageNamesExistingClassesAndMembers(String page) throws IOException {
		Map<String, String> types = types();
		List<MatchResult> names = TYPE_NAME.matcher(Files.readString(Path.of("../docs", page))).results().toList();
		assertThat(names).hasSizeGreaterThan(8).allSatisfy((name) -> {
			assertThat(types).containsKey(name.group(1));
			if (name.group(2) != null && !FOREIGN.contains(name.group(1))) {
				assertThat(types.get(name.group(1))).as(name.group()).containsPattern("\\b" + name.group(2) + "\\b");
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "EventLog", "Event" })
	void missingClassIsNoticed(String name) throws IOException {
		List<String> page = page().stream().filter((line) -> !line.startsWith("| `" + name + "` |")).toList();
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(names(rows(page))).isEqualTo(classes()));
	}

	private static List<String> page() throws IOException {
		return Files.readAllLines(Path.of("../docs/architecture.md"));
	}

	private static String picture(String page) {
		List<String> pictures = Page.of(page)
			.blocks()
			.stream()
			.filter((block) -> block.language().equals("text"))
			.map(Page.Block::code)
			.toList();
		assertThat(pictures).hasSize(1);
		return pictures.get(0);
	}

	private static Map<String, List<Row>> rows(List<String> page) {
		Map<String, List<Row>> packages = new TreeMap<>();
		List<Row> current = new ArrayList<>();
		for (String line : page) {
			Matcher heading = PACKAGE.matcher(line);
			Matcher row = ROW.matcher(line);
			if (heading.matches()) {
				current = packages.computeIfAbsent(heading.group(1), (name) -> new ArrayList<>());
			}
			else if (line.startsWith("#")) {
				current = new ArrayList<>();
			}
			else if (row.matches()) {
				current.add(new Row(row.group(1), row.group(2)));
			}
		}
		return packages;
	}

	private static Map<String, Set<String>> names(Map<String, List<Row>> packages) {
		Map<String, Set<String>> names = new TreeMap<>();
		packages.forEach((name, rows) -> names.put(name,
				rows.stream().map(Row::name).collect(Collectors.toCollection(TreeSet::new))));
		return names;
	}

	private static Map<String, Set<String>> classes() throws IOException {
		try (Stream<Path> files = Files.walk(MAIN)) {
			return files.filter((file) -> file.toString().endsWith(".java"))
				.filter((file) -> !file.endsWith("package-info.java"))
				.collect(Collectors.groupingBy((file) -> MAIN.relativize(file.getParent()).toString().replace('/', '.'),
						TreeMap::new,
						Collectors.mapping(ArchitecturePageTests::name, Collectors.toCollection(TreeSet::new))));
		}
	}

	/**
	 * The text of each type of this module and its tests, by its simple name.
	 */
	private static Map<String, String> types() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("src"))) {
			Map<String, String> types = new TreeMap<>();
			for (Path file : files.filter((file) -> file.toString().endsWith(".java")).toList()) {
				String text = Files.readString(file);
				DECLARATION.matcher(text).results().forEach((type) -> types.merge(type.group(1), text, String::concat));
			}
			FOREIGN.forEach((name) -> types.put(name, ""));
			return types;
		}
	}

	private static String name(Path file) {
		return file.getFileName().toString().replaceFirst("\\.java$", "");
	}

	private record Row(String name, String sentence) {

	}

}
