package io.eventsource.benchmarks;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param quick whether to make do with less load and one run
 * @param runs how often each scenario is run
 * @param contenders which servers
 * @param scenarios the names of the scenarios; empty for the usual ones
 * @param output where the results go
 */
record Options(boolean quick, int runs, List<Contender> contenders, Set<String> scenarios, Path output) {

	static Options parse(String... args) {
		boolean quick = false;
		int runs = 0;
		List<Contender> contenders = Contender.servers();
		Set<String> scenarios = new LinkedHashSet<>();
		Path output = null;
		Deque<String> words = new ArrayDeque<>(Arrays.asList(args));
		while (!words.isEmpty()) {
			String word = words.remove();
			switch (word) {
				case "--quick" -> quick = true;
				case "--runs" -> runs = Integer.parseInt(value(word, words));
				case "--servers" ->
					contenders = Stream.of(value(word, words).split(",")).flatMap(Contender::named).toList();
				case "--output" -> output = Path.of(value(word, words));
				default -> scenarios.add(word);
			}
		}
		return new Options(quick, (runs > 0) ? runs : (quick ? 1 : 3), contenders, scenarios, output(output, quick));
	}

	private static Path output(@Nullable Path output, boolean quick) {
		return (output != null) ? output : Path.of("benchmarks", "results", quick ? "quick.json" : "latest.json");
	}

	private static String value(String option, Deque<String> words) {
		String value = words.poll();
		if (value == null) {
			throw new IllegalArgumentException(option + " needs a value");
		}
		return value;
	}

}
