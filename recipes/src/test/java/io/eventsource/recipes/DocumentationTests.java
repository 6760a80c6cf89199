package io.eventsource.recipes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page with the recipes says what is compiled and tested.
 */
class DocumentationTests {

	private static final Pattern CODE = Pattern.compile("^```(java|kotlin|sql)\\n(.*?)^```$",
			Pattern.MULTILINE | Pattern.DOTALL);

	@Test
	void everyPieceOfCodeIsInASourceFile() throws IOException {
		List<String> sources = Stream.of("src/main", "../sample-app/src/main").flatMap(this::sources).toList();
		List<String> pieces = CODE.matcher(Files.readString(Path.of("../docs/recipes.md")))
			.results()
			.flatMap((block) -> Stream.of(block.group(2).split("\\n\\n")))
			.map(DocumentationTests::withoutIndentation)
			.toList();
		assertThat(pieces).hasSizeGreaterThan(20);
		assertThat(pieces).filteredOn((piece) -> sources.stream().noneMatch((source) -> source.contains(piece)))
			.as("code in docs/recipes.md that is in no source file")
			.isEmpty();
	}

	private Stream<String> sources(String folder) {
		try (Stream<Path> files = Files.walk(Path.of(folder))) {
			return files.filter((file) -> file.toString().matches(".*\\.(java|kt|sql)"))
				.map(DocumentationTests::read)
				.map(DocumentationTests::withoutIndentation)
				.toList()
				.stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String withoutIndentation(String code) {
		return code.lines().map(String::strip).collect(Collectors.joining("\n", "\n", "\n"));
	}

}
