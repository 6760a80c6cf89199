package io.eventsource.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every relative link of every page leads to a file of this project, and every anchor to
 * a heading or a mark on that page. So does every page that a source file names.
 */
class LinksTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Set<String> NOT_OURS = Set.of("node_modules", "target", ".git", ".quick");

	private static final Pattern FENCED = Pattern.compile("^ *```.*?^ *```$", Pattern.MULTILINE | Pattern.DOTALL);

	private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

	private static final Pattern ELSEWHERE = Pattern.compile("^[a-z]+:.*");

	private static final Pattern HEADING = Pattern.compile("^#{1,6} (.+)$", Pattern.MULTILINE);

	private static final Pattern MARK = Pattern.compile("<a id=\"([^\"]+)\">");

	private static final Pattern PAGE_IN_SOURCE = Pattern.compile("\\bdocs/[\\w-]+\\.(?:md|json|svg)\\b");

	@Test
	void linksLeadSomewhere() throws IOException {
		List<String> links = new ArrayList<>();
		List<String> broken = new ArrayList<>();
		for (Path page : files(".md")) {
			for (String link : links(Files.readString(page))) {
				links.add(link);
				if (!leadsSomewhere(page, link)) {
					broken.add(ROOT.relativize(page) + ": " + link);
				}
			}
		}
		assertThat(links).hasSizeGreaterThan(80);
		assertThat(broken).isEmpty();
	}

	@Test
	void sourceFilesNameExistingPages() throws IOException {
		List<String> missing = new ArrayList<>();
		for (Path source : Stream.of(".java", ".kt", "pom.xml", ".yml")
			.flatMap((end) -> files(end).stream())
			.toList()) {
			PAGE_IN_SOURCE.matcher(Files.readString(source))
				.results()
				.map(MatchResult::group)
				.filter((page) -> !Files.exists(ROOT.resolve(page)))
				.forEach((page) -> missing.add(ROOT.relativize(source) + ": " + page));
		}
		assertThat(missing).isEmpty();
	}

	@Test
	void everyPageOfTheDocumentationIsOnItsIndex() throws IOException {
		List<String> linked = links(Files.readString(ROOT.resolve("docs/README.md")));
		assertThat(Page.all().stream().map(Page::name).filter((name) -> name.startsWith("docs/")))
			.filteredOn((name) -> !name.equals("docs/README.md"))
			.allSatisfy((name) -> assertThat(linked).contains(name.substring("docs/".length())));
	}

	@Test
	void readmeHasFewerThan200Lines() throws IOException {
		assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThan(200);
	}

	@ParameterizedTest
	@CsvSource({ "docs/clients.md, true", "docs/clients.md#gaps, true", "docs/clients.md#curl, true",
			"docs/clients.md#gap, false", "conformance/READ.md, false", "#try-it, true", "#try-them, false",
			"https://example.com/nowhere, true", "benchmarks/results/results.json, true" })
	void linkThatLeadsNowhereIsNoticed(String link, boolean leadsSomewhere) throws IOException {
		assertThat(leadsSomewhere(ROOT.resolve("README.md"), link)).isEqualTo(leadsSomewhere);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "Spring's WebClient | springs-webclient", "`flush-interval` | flush-interval",
					"Ticking clock, JSON | ticking-clock-json",
					"@microsoft/fetch-event-source | microsoftfetch-event-source", "As a WAR | as-a-war" })
	void anchorIsThatOfGitHub(String heading, String anchor) {
		assertThat(anchors("# " + heading + "\n")).containsExactly(anchor);
	}

	@Test
	void secondHeadingOfANameHasANumber() {
		assertThat(anchors("# Ids\n\n## Ids\n")).containsExactlyInAnyOrder("ids", "ids-1");
	}

	private static List<String> links(String page) {
		return LINK.matcher(withoutCode(page)).results().map((link) -> link.group(1)).toList();
	}

	private static boolean leadsSomewhere(Path page, String link) throws IOException {
		if (ELSEWHERE.matcher(link).matches()) {
			return true;
		}
		String[] parts = link.split("#", 2);
		Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
		if (!target.startsWith(ROOT) || !Files.exists(target)) {
			return false;
		}
		return parts.length == 1 || anchors(Files.readString(target)).contains(parts[1]);
	}

	private static Set<String> anchors(String page) {
		Set<String> anchors = new HashSet<>();
		HEADING.matcher(FENCED.matcher(page).replaceAll("")).results().forEach((heading) -> {
			String anchor = anchor(heading.group(1));
			String unique = anchor;
			for (int i = 1; !anchors.add(unique); i++) {
				unique = anchor + "-" + i;
			}
		});
		MARK.matcher(page).results().forEach((mark) -> anchors.add(mark.group(1)));
		return anchors;
	}

	/** As GitHub makes it of a heading. */
	private static String anchor(String heading) {
		String text = heading.replaceAll("\\[([^]]*)\\]\\([^)]*\\)", "$1");
		return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").strip().replace(' ', '-');
	}

	private static String withoutCode(String page) {
		return INLINE_CODE.matcher(FENCED.matcher(page).replaceAll("")).replaceAll("");
	}

	private static List<Path> files(String end) {
		List<Path> files = new ArrayList<>();
		try {
			Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {

				@Override
				public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
					return NOT_OURS.contains(String.valueOf(folder.getFileName())) ? FileVisitResult.SKIP_SUBTREE
							: FileVisitResult.CONTINUE;
				}

				@Override
				public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
					if (file.toString().endsWith(end)) {
						files.add(file);
					}
					return FileVisitResult.CONTINUE;
				}

			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		assertThat(files).isNotEmpty();
		return files;
	}

}
