package io.eventsource.starter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A project made of nothing but the first dependency, the first class and the first
 * settings of the README. It is compiled and run with what an application gets that
 * depends on this starter alone.
 */
class QuickStartTests {

	private static final Pattern PORT = Pattern.compile("started on port (\\d+)");

	private static final Duration LIMIT = Duration.ofSeconds(60);

	@TempDir
	private Path project;

	private Process application;

	@AfterEach
	void stop() throws Exception {
		if (this.application != null) {
			this.application.destroy();
			if (!this.application.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
				this.application.destroyForcibly();
			}
		}
	}

	@Test
	void dependencyIsThisStarter() throws Exception {
		Document dependency = xml(firstBlock("xml"));
		Document pom = xml(Files.readString(Path.of("pom.xml")));
		assertThat(text(dependency, "/dependency/artifactId")).isEqualTo(text(pom, "/project/artifactId"));
		assertThat(text(dependency, "/dependency/groupId")).isEqualTo(text(pom, "/project/parent/groupId"));
		assertThat(text(dependency, "/dependency/version")).isEqualTo(text(pom, "/project/parent/version"));
	}

	@Test
	void firstExampleCompilesAndStreams() throws Exception {
		String source = firstBlock("java");
		String name = "%s.%s".formatted(group("package ([\\w.]+);", source), group("class (\\w+)", source));
		compile(name, source);
		Files.writeString(this.project.resolve("classes/application.yml"), firstBlock("yaml"));
		int port = run(name);
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/events"))
			.timeout(LIMIT)
			.build();
		HttpResponse<Stream<String>> response = HttpClient.newHttpClient()
			.send(request, HttpResponse.BodyHandlers.ofLines());
		assertThat(response.statusCode()).isEqualTo(200);
		try (Stream<String> lines = response.body()) {
			assertThat(lines.filter((line) -> line.startsWith("data: ")).findFirst()).isPresent();
		}
	}

	private void compile(String name, String source) throws IOException {
		Path file = this.project.resolve(name.replace('.', '/') + ".java");
		Files.createDirectories(file.getParent());
		Files.writeString(file, source);
		Files.createDirectories(this.project.resolve("classes"));
		int result = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-proc:none", "-parameters", "-cp", classPath(), "-d",
					this.project.resolve("classes").toString(), file.toString());
		assertThat(result).as("the result of javac, which says above what it has found").isZero();
	}

	/** Starts the application on a free port, and waits until it says which. */
	private int run(String name) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
		command.addAll(List.of("-cp", this.project.resolve("classes") + ":" + classPath(), name));
		command.addAll(List.of("--server.port=0", "--server.address=127.0.0.1"));
		this.application = new ProcessBuilder(command).redirectErrorStream(true).start();
		StringBuilder output = new StringBuilder();
		BufferedReader reader = this.application.inputReader();
		for (String line = reader.readLine(); line != null; line = reader.readLine()) {
			output.append(line).append('\n');
			Matcher port = PORT.matcher(line);
			if (port.find()) {
				return Integer.parseInt(port.group(1));
			}
		}
		throw new IllegalStateException("The application has not started:\n" + output);
	}

	/**
	 * What Maven gives to an application with the dependency, and nothing of a test's.
	 */
	private static String classPath() throws IOException {
		String classPath = Files.readString(Path.of("target/class-path"));
		assertThat(classPath).contains("eventsource-spring-boot-autoconfigure").doesNotContain("junit");
		return classPath;
	}

	private static String firstBlock(String language) throws IOException {
		Pattern block = Pattern.compile("^```" + language + "\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
		return group(block, Files.readString(Path.of("../README.md")));
	}

	private static String group(String pattern, String text) {
		return group(Pattern.compile(pattern), text);
	}

	private static String group(Pattern pattern, String text) {
		Matcher matcher = pattern.matcher(text);
		assertThat(matcher.find()).as("%s in: %s", pattern, text).isTrue();
		return matcher.group(1);
	}

	private static Document xml(String text) throws Exception {
		return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(text)));
	}

	private static String text(Document document, String path) throws Exception {
		return XPathFactory.newInstance().newXPath().evaluate(path, document);
	}

}
