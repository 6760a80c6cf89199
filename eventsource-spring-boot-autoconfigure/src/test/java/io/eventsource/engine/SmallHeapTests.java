package io.eventsource.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether what streams hold stays within what the settings say, whatever clients and
 * publishers do: in a JVM of its own, whose heap is a few times
 * <code>buffer-memory</code>.
 */
@Timeout(300)
class SmallHeapTests {

	private static final String HEAP = "-Xmx72m";

	@ParameterizedTest
	@EnumSource
	void streamStaysWithinItsMemory(SmallHeap.Scenario scenario, @TempDir Path directory)
			throws IOException, InterruptedException {
		run(SmallHeap.class, scenario, directory);
	}

	@ParameterizedTest
	@EnumSource
	void clientsThatStandStillKeepNoMoreThanThat(CrowdedHeap.Scenario scenario, @TempDir Path directory)
			throws IOException, InterruptedException {
		run(CrowdedHeap.class, scenario, directory);
	}

	private static void run(Class<?> program, Enum<?> scenario, Path directory)
			throws IOException, InterruptedException {
		Path output = directory.resolve("output");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP,
				"-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=1", "-cp",
				System.getProperty("java.class.path"), program.getName(), scenario.name())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			boolean ended = process.waitFor(240, TimeUnit.SECONDS);
			String text = Files.readString(output, StandardCharsets.UTF_8);
			assertThat(ended).as("it has ended: %s", text).isTrue();
			assertThat(process.exitValue()).as(text).isZero();
			assertThat(text).contains("survived").doesNotContain("OutOfMemoryError");
		}
		finally {
			process.destroyForcibly();
		}
	}

}
