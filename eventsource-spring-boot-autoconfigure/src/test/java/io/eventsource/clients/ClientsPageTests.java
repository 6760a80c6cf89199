package io.eventsource.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds {@code docs/clients.md} to the code that is tested.
 */
class ClientsPageTests {

	private static final Pattern CODE = Pattern.compile("```(?:java|js|python|sh)\\n(.*?)```", Pattern.DOTALL);

	@ParameterizedTest
	@MethodSource("blocks")
	void codeOnThePageIsThatOfATest(String block) throws IOException {
		assertThat(sources()).as(block).anyMatch((source) -> source.contains(block));
	}

	private static List<String> sources() throws IOException {
		try (Stream<Path> scripts = Files.list(Programs.CLIENTS);
				Stream<Path> classes = Files.list(Path.of("src/test/java/io/eventsource/clients"))) {
			return Stream.concat(scripts, classes).filter(Files::isRegularFile).map(ClientsPageTests::text).toList();
		}
	}

	static List<String> blocks() {
		List<String> blocks = CODE.matcher(text(Path.of("../docs/clients.md")))
			.results()
			.map((MatchResult match) -> match.group(1).strip())
			.toList();
		assertThat(blocks).hasSizeGreaterThanOrEqualTo(ClientKind.values().length - 1);
		return blocks;
	}

	/** Without the indentation, which differs. */
	private static String text(Path file) {
		try {
			return Files.readString(file).lines().map(String::strip).collect(Collectors.joining("\n"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
