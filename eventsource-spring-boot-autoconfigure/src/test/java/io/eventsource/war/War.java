package io.eventsource.war;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.eventsource.Patience;
import io.eventsource.engine.EventStream;

import static org.awaitility.Awaitility.await;

/**
 * {@link WarApplication} as a web application in a container that is a process of its
 * own.
 */
final class War implements AutoCloseable {

	/** What the container has, and the web application has not. */
	private static final String CONTAINER = "(tomcat-|jetty-|jakarta\\.|asm-).*";

	/** What the web application brings. */
	private static final String LIBRARIES = "(spring-(core|beans|context|aop|expression|web|webmvc)"
			+ "|spring-boot(-(autoconfigure|webmvc|servlet|web-server|http-converter|jackson))?"
			+ "|reactor-core|reactive-streams|jspecify|commons-logging|slf4j-api|logback-(core|classic)|jul-to-slf4j"
			+ "|micrometer-(commons|observation)|jackson-(core|annotations|databind)|snakeyaml)-[0-9].*";

	private static final String LOGGING = """
			<configuration>
				<appender name="out" class="ch.qos.logback.core.ConsoleAppender">
					<encoder><pattern>%level %logger %msg%n</pattern></encoder>
				</appender>
				<root level="INFO"><appender-ref ref="out"/></root>
			</configuration>
			""";

	private final Process process;

	private final PrintStream input;

	private final List<String> output = new CopyOnWriteArrayList<>();

	private final Thread reader = new Thread(this::read, "war-output");

	private final int port;

	private War(Process process) {
		this.process = process;
		this.input = new PrintStream(process.getOutputStream(), true);
		this.reader.setDaemon(true);
		this.reader.start();
		try {
			await().atMost(Patience.LIMIT).until(() -> !process.isAlive() || said("host: port "));
			this.port = Integer.parseInt(this.output.stream()
				.filter((line) -> line.startsWith("host: port "))
				.findFirst()
				.orElseThrow(() -> new IllegalStateException(String.join("\n", this.output)))
				.substring("host: port ".length()));
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
	}

	/**
	 * Deploys the application.
	 * @param container the container
	 * @param directory an empty directory
	 * @param properties properties of the application
	 */
	static War deploy(String container, Path directory, String... properties) throws Exception {
		Path classes = Files.createDirectories(directory.resolve("war/WEB-INF/classes"));
		Path libraries = Files.createDirectories(directory.resolve("war/WEB-INF/lib"));
		Path host = Files.createDirectories(directory.resolve("host"));
		copy(root(EventStream.class), classes, "");
		copy(root(WarApplication.class), classes, "WarApplication");
		copy(root(WarHost.class), host, "WarHost");
		Files.write(classes.resolve("application.properties"), List.of(properties));
		Files.writeString(host.resolve("logback.xml"), LOGGING);
		List<String> path = new ArrayList<>(List.of(host.toString()));
		for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
			String name = new File(element).getName();
			if (name.matches(LIBRARIES)) {
				Files.copy(Path.of(element), libraries.resolve(name));
			}
			if (name.matches(CONTAINER) && !name.startsWith(container.equals("TOMCAT") ? "jetty-" : "tomcat-")
					|| (container.equals("JETTY") && name.matches("(slf4j-api|logback-).*"))) {
				path.add(element);
			}
		}
		String java = ProcessHandle.current().info().command().orElseThrow();
		List<String> command = new ArrayList<>(List.of(java, "-Xmx256m"));
		command.addAll(List.of("-cp", String.join(File.pathSeparator, path), WarHost.class.getName(), container,
				directory.resolve("war").toString()));
		return new War(new ProcessBuilder(command).redirectErrorStream(true).directory(directory.toFile()).start());
	}

	private static Path root(Class<?> type) throws Exception {
		return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
	}

	private static void copy(Path from, Path to, String name) throws IOException {
		try (Stream<Path> files = Files.walk(from)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				if (file.getFileName().toString().startsWith(name)) {
					Path target = to.resolve(from.relativize(file).toString());
					Files.createDirectories(target.getParent());
					Files.copy(file, target);
				}
			}
		}
	}

	private void read() {
		try (BufferedReader reader = this.process.inputReader()) {
			reader.lines().forEach(this.output::add);
		}
		catch (IOException | UncheckedIOException ex) {
			this.output.add("The output has ended: " + ex.getMessage());
		}
	}

	URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.port + "/app" + path);
	}

	/**
	 * Has the container do something, and returns at once.
	 */
	void tell(String command) {
		this.input.println(command);
	}

	void awaitLine(String part) {
		await().atMost(Patience.LIMIT).until(() -> said(part) || !this.process.isAlive());
	}

	boolean said(String part) {
		return this.output.stream().anyMatch((line) -> line.contains(part));
	}

	String output() {
		return this.output.stream().collect(Collectors.joining("\n"));
	}

	/**
	 * Sends SIGTERM.
	 */
	void terminate() {
		// Unlike Process.destroy(), this leaves the output open
		this.process.toHandle().destroy();
	}

	boolean awaitExit() throws InterruptedException {
		boolean exited = this.process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
		this.reader.join(Patience.LIMIT.toMillis());
		return exited;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
