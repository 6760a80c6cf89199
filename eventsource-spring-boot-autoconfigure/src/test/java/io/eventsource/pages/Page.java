package io.eventsource.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A page of the documentation, and the code on it.
 *
 * @param name the path of the page from the root of the project
 * @param blocks the code, in the order of the page
 */
public record Page(String name, List<Block> blocks) {

	private static final Path ROOT = Path.of("..");

	private static final String FENCE = "```";

	/**
	 * Reads a page.
	 */
	public static Page of(String name) {
		try {
			return new Page(name, blocks(name, Files.readAllLines(ROOT.resolve(name))));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads all pages that users and contributors read.
	 */
	static List<Page> all() throws IOException {
		try (Stream<Path> root = Files.list(ROOT);
				Stream<Path> docs = Files.list(ROOT.resolve("docs"));
				Stream<Path> conformance = Files.list(ROOT.resolve("conformance"));
				Stream<Path> github = Files.list(ROOT.resolve(".github"))) {
			return Stream.of(root, docs, conformance, github)
				.flatMap((files) -> files)
				.filter((file) -> file.toString().endsWith(".md"))
				.map((file) -> ROOT.relativize(file).toString())
				.sorted()
				.map(Page::of)
				.toList();
		}
	}

	private static List<Block> blocks(String name, List<String> lines) {
		List<Block> blocks = new ArrayList<>();
		int start = -1;
		for (int i = 0; i < lines.size(); i++) {
			if (!lines.get(i).strip().startsWith(FENCE)) {
				continue;
			}
			if (start < 0) {
				start = i;
			}
			else {
				String language = lines.get(start).strip().substring(FENCE.length());
				blocks.add(new Block(name, start + 2, language, String.join("\n", lines.subList(start + 1, i)) + "\n"));
				start = -1;
			}
		}
		if (start >= 0) {
			throw new IllegalStateException("%s:%d begins code that never ends".formatted(name, start + 1));
		}
		return blocks;
	}

	/**
	 * The only code on this page that contains some texts.
	 */
	public String code(String... texts) {
		List<Block> found = this.blocks.stream()
			.filter((block) -> Stream.of(texts).allMatch(block.code()::contains))
			.toList();
		if (found.size() != 1) {
			throw new IllegalStateException("Not one but %d pieces of code in %s contain %s".formatted(found.size(),
					this.name, List.of(texts)));
		}
		return found.get(0).code();
	}

	/**
	 * A piece of code.
	 *
	 * @param page the name of the page
	 * @param line the number of the first line of the code, from 1
	 * @param language what the page says it is written in; empty if nothing
	 * @param code the lines, each with its end
	 */
	public record Block(String page, int line, String language, String code) {

		@Override
		public String toString() {
			return "%s:%d %s".formatted(this.page, this.line, this.language);
		}

	}

}
