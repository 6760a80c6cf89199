package io.eventsource.pages;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import io.eventsource.pages.JavaCode.Complaint;
import io.eventsource.web.Nginx;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * All code on all pages, as it stands there: it compiles, binds, is read by the program
 * that it is for, or is run. A page may use a language only if something here understands
 * it.
 */
class PagesTests {

	private static final Pattern COMMAND = Pattern.compile("`(\\./mvnw [^`]+)`");

	@TempDir
	private static Path folder;

	private final Map<Page.Block, List<Complaint>> java = new LinkedHashMap<>();

	@TestFactory
	Stream<DynamicTest> code() throws IOException {
		List<Page.Block> blocks = Page.all().stream().flatMap((page) -> page.blocks().stream()).toList();
		assertThat(blocks).hasSizeGreaterThan(60);
		compile(blocks.stream().filter((block) -> block.language().equals("java") && !isRecipe(block)).toList());
		return blocks.stream().map((block) -> DynamicTest.dynamicTest(block.toString(), () -> check(block)));
	}

	@TestFactory
	Stream<DynamicTest> commandsInSentences() throws IOException {
		List<DynamicTest> tests = new ArrayList<>();
		for (Page page : Page.all()) {
			COMMAND.matcher(Files.readString(Path.of("..", page.name()))).results().forEach((result) -> {
				String command = result.group(1).replaceAll("\\s+", " ");
				tests.add(DynamicTest.dynamicTest(page.name() + ": " + command, () -> ShellCode.check(command)));
			});
		}
		assertThat(tests).isNotEmpty();
		return tests.stream();
	}

	private void check(Page.Block block) throws Exception {
		switch (block.language()) {
			case "java" -> checkJava(block);
			case "kotlin" -> checkRecipe(block);
			case "yaml", "properties" -> SettingsCode.check(block);
			case "xml" -> checkXml(block);
			case "sql" -> checkSql(block);
			case "js" -> checkJavaScript(block);
			case "python" -> checkPython(block);
			case "sh", "shell", "bash" -> ShellCode.check(block.code());
			case "console" -> checkTranscript(block);
			case "nginx" -> checkNginx(block);
			case "haproxy" -> checkHaproxy(block);
			case "text" -> {
				// A picture
			}
			default -> fail("Nothing here understands the language of this code");
		}
	}

	/** All of it at once, which is much faster than one by one. */
	private void compile(List<Page.Block> blocks) {
		Map<String, Page.Block> files = new LinkedHashMap<>();
		List<String> sources = new ArrayList<>();
		for (Page.Block block : blocks) {
			boolean file = JavaCode.isFile(block.code());
			String source = file ? block.code() : Surroundings.surround("Code%d".formatted(sources.size()), block);
			sources.add(source);
			files.put(JavaCode.name(source), block);
			this.java.put(block, new ArrayList<>());
		}
		assertThat(files).hasSameSizeAs(sources);
		for (Complaint complaint : JavaCode.compile(folder, sources)) {
			Page.Block block = files.get(complaint.file());
			if (block == null) {
				throw new AssertionError(complaint);
			}
			long start = JavaCode.isFile(block.code()) ? block.line() - 1 : block.line() - 2;
			this.java.get(block).add(new Complaint(block.page(), start + complaint.line(), complaint.text()));
		}
	}

	private static boolean isRecipe(Page.Block block) {
		return block.page().equals("docs/recipes.md");
	}

	private void checkJava(Page.Block block) throws IOException {
		if (isRecipe(block)) {
			checkRecipe(block);
		}
		else {
			assertThat(this.java.get(block)).as(block.code()).isEmpty();
		}
	}

	/** Maven compiles the recipes; what stands on the page is in one of them. */
	private void checkRecipe(Page.Block block) throws IOException {
		List<String> sources = new ArrayList<>();
		for (String folder : List.of("../recipes/src/main", "../sample-app/src/main/java")) {
			try (Stream<Path> files = Files.walk(Path.of(folder))) {
				for (Path file : files.filter((file) -> file.toString().matches(".*\\.(java|kt)")).toList()) {
					sources.add(withoutBlanks(Files.readString(file)));
				}
			}
		}
		for (String part : block.code().split("\n\n")) {
			assertThat(sources).as(part).anyMatch((source) -> source.contains(withoutBlanks(part)));
		}
	}

	private static String withoutBlanks(String code) {
		return code.replaceAll("\\s", "");
	}

	/** Artifacts are those of this build, which has resolved them. */
	private void checkXml(Page.Block block) throws Exception {
		Element root = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(block.code())))
			.getDocumentElement();
		assertThat(root.getTagName()).isEqualTo("dependency");
		String artifact = "<groupId>%s</groupId><artifactId>%s</artifactId>".formatted(text(root, "groupId"),
				text(root, "artifactId"));
		List<String> poms = new ArrayList<>();
		for (String module : List.of(".", "../sample-app", "../recipes", "..")) {
			poms.add(withoutBlanks(Files.readString(Path.of(module, "pom.xml"))));
		}
		assertThat(poms).anyMatch((pom) -> pom.contains("<dependency>" + artifact), artifact);
		if (root.getElementsByTagName("version").getLength() > 0) {
			assertThat(poms.get(3)).contains("<version>" + text(root, "version") + "</version><packaging>pom");
		}
	}

	private static String text(Element parent, String tag) {
		return parent.getElementsByTagName(tag).item(0).getTextContent();
	}

	private void checkSql(Page.Block block) throws Exception {
		try (Connection database = DriverManager.getConnection("jdbc:h2:mem:")) {
			for (String statement : block.code().split(";\n")) {
				database.createStatement().execute(statement);
			}
		}
	}

	/** What stands on the page about browsers is in the sample, whose tests run it. */
	private void checkJavaScript(Page.Block block) throws Exception {
		if (block.page().equals("docs/browser.md")) {
			checkScriptOfTheSample(block);
			return;
		}
		Assumptions.assumeTrue(ShellCode.program("node").isPresent(), "Install Node.js so that it is on the PATH");
		Path script = Files.createTempFile(folder, "code", ".mjs");
		Files.writeString(script, block.code());
		ShellCode.run(List.of("node", "--check", script.toString()), "");
	}

	private static void checkScriptOfTheSample(Page.Block block) throws IOException {
		try (Stream<Path> files = Files.list(Path.of("../sample-app/src/main/resources/static"))) {
			List<String> scripts = new ArrayList<>();
			for (Path file : files.filter((file) -> file.toString().endsWith(".js")).toList()) {
				scripts.add(Files.readString(file));
				scripts.add(Files.readString(file).indent(-2)); // members of a class
			}
			assertThat(scripts).as(block.code()).anyMatch((script) -> script.contains(block.code()));
		}
	}

	private void checkPython(Page.Block block) throws Exception {
		Assumptions.assumeTrue(ShellCode.program("python3").isPresent(), "Install python3 so that it is on the PATH");
		ShellCode.run(List.of("python3", "-c", "import sys; compile(sys.stdin.read(), 'page', 'exec')"), block.code());
	}

	private void checkTranscript(Page.Block block) throws Exception {
		Assumptions.assumeTrue(ShellCode.program("curl").isPresent(), "Install curl so that it is on the PATH");
		Transcript.check(block, Files.createTempDirectory(folder, "transcript"));
	}

	private void checkNginx(Page.Block block) throws Exception {
		Assumptions.assumeTrue(Nginx.isInstalled(), Nginx.REMEDY);
		Nginx.check(Files.createTempDirectory(folder, "nginx"), block.code());
	}

	private void checkHaproxy(Page.Block block) throws Exception {
		Optional<String> haproxy = ShellCode.program("haproxy");
		Assumptions.assumeTrue(haproxy.isPresent(), "Install haproxy so that it is on the PATH, or in /usr/sbin");
		Path file = Files.createTempFile(folder, "haproxy", ".cfg");
		Files.writeString(file, block.code() + """
				  mode http
				  timeout connect 5s
				listen application
				  bind 127.0.0.1:1
				  server one 127.0.0.1:1
				""");
		ShellCode.run(List.of(haproxy.get(), "-c", "-f", file.toString()), "");
	}

}
