package io.eventsource.pages;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What {@link PagesTests} relies on: that faulty code is noticed.
 */
class PageTests {

	@TempDir
	private Path folder;

	@ParameterizedTest
	@ValueSource(strings = { "@Bean\nEventChanel messages() {\n  return EventChannel.create();\n}",
			"Event.builder().typ(\"price\").build();", "@Bean\nEventChannel messages() {\n  return null\n}" })
	void javaThatDoesNotCompileIsNoticed(String code) {
		String source = Surroundings.surround("Faulty", new Page.Block("README.md", 10, "java", code + "\n"));
		assertThat(JavaCode.compile(this.folder, List.of(source))).isNotEmpty()
			.allSatisfy((complaint) -> assertThat(complaint.file()).isEqualTo("io.eventsource.pages.Faulty"));
	}

	@Test
	void complaintNamesTheLineOfTheCode() {
		String source = Surroundings.surround("Faulty",
				new Page.Block("README.md", 10, "java", "int one = 1;\nint two = \"2\";\n"));
		assertThat(JavaCode.compile(this.folder, List.of(source))).singleElement()
			.satisfies((complaint) -> assertThat(complaint.line()).isEqualTo(3));
	}

	@ParameterizedTest
	@ValueSource(strings = { "eventsource.hartbeat: 15s", "eventsource.overflow: drop",
			"eventsource.streams.orders.buffersizes: 3", "spring.data.redis.hots: localhost" })
	void settingThatNothingKnowsIsNoticed(String code) {
		assertThatThrownBy(() -> SettingsCode.check(new Page.Block("README.md", 10, "yaml", code + "\n")))
			.isInstanceOf(Throwable.class);
	}

	@ParameterizedTest
	@CsvSource({ "./mvnw -pl sample-ap verify", "./mvnw -Psoaks verify", "./mvnw -Dtest=NoSuchTests test",
			"benchmarks/runs --quick", "npm ci --prefix src/nowhere", "for i in 1 2 3" })
	void commandThatCannotWorkIsNoticed(String command) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> ShellCode.check(command));
	}

	@Test
	void codeOfAPageIsFoundWithItsLine() throws Exception {
		Page page = Page.of("README.md");
		List<String> lines = Files.readAllLines(Path.of("../README.md"));
		assertThat(page.blocks()).hasSizeGreaterThan(10).allSatisfy((block) -> {
			assertThat(lines.get(block.line() - 2)).isEqualTo("```" + block.language());
			assertThat(block.code()).startsWith(lines.get(block.line() - 1));
		});
	}

}
