package io.eventsource.pages;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.eventsource.Patience;

/**
 * Commands on the pages. What they do takes too long to be tried, but for curl; so they
 * must be understood by a shell, and name modules, profiles, tests, scripts and folders
 * that this project has.
 */
final class ShellCode {

	private static final Path ROOT = Path.of("..");

	private static final Pattern MODULES = Pattern.compile(" -pl (\\S+)");

	private static final Pattern PROFILES = Pattern.compile(" -P([\\w,-]+)");

	private static final Pattern TEST = Pattern.compile(" -Dtest=(\\w+)");

	private static final Pattern FOLDER = Pattern.compile(" --prefix (\\S+)");

	private static final Pattern SCRIPT = Pattern.compile("^(?:bash )?((?:\\./|\\.ci/|benchmarks/)\\w+)",
			Pattern.MULTILINE);

	private ShellCode() {
	}

	static void check(String code) throws Exception {
		run(List.of("bash", "-n"), code);
		for (String module : all(MODULES, code)) {
			require(Files.exists(ROOT.resolve(module).resolve("pom.xml")), "There is no module " + module);
		}
		String pom = Files.readString(ROOT.resolve("pom.xml")) + Files.readString(ROOT.resolve("sample-app/pom.xml"));
		for (String profile : all(PROFILES, code)) {
			require(pom.contains("<id>" + profile + "</id>"), "There is no profile " + profile);
		}
		for (String test : all(TEST, code)) {
			require(find(test + ".java"), "There is no test " + test);
		}
		for (String folder : all(FOLDER, code)) {
			require(Files.isDirectory(ROOT.resolve(folder)), "There is no folder " + folder);
		}
		for (String script : all(SCRIPT, code)) {
			require(Files.isExecutable(ROOT.resolve(script)), script + " cannot be executed");
		}
	}

	/**
	 * Runs a program and fails if it does.
	 * @param input what it reads
	 * @return what it printed
	 */
	static String run(List<String> command, String input) throws IOException, InterruptedException {
		Path file = Files.createTempFile("eventsource", "input");
		Path output = Files.createTempFile("eventsource", "output");
		try {
			Files.writeString(file, input);
			Process process = new ProcessBuilder(command).redirectInput(file.toFile())
				.redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
				process.destroyForcibly();
				throw new AssertionError(command + " does not end");
			}
			String printed = Files.readString(output);
			require(process.exitValue() == 0, command + " says:\n" + printed);
			return printed;
		}
		finally {
			Files.delete(file);
			Files.delete(output);
		}
	}

	/**
	 * Finds a program on the path, or where Debian has servers.
	 */
	static Optional<String> program(String name) {
		return Stream.of((System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
			.map((folder) -> new File(folder, name))
			.filter(File::canExecute)
			.map(File::getPath)
			.findFirst();
	}

	private static List<String> all(Pattern pattern, String code) {
		return pattern.matcher(code)
			.results()
			.map((result) -> result.group(1))
			.flatMap((names) -> Stream.of(names.split(",")))
			.toList();
	}

	private static boolean find(String name) throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
			return files.anyMatch((file) -> file.endsWith(name));
		}
	}

	private static void require(boolean condition, String message) {
		if (!condition) {
			throw new AssertionError(message);
		}
	}

}
