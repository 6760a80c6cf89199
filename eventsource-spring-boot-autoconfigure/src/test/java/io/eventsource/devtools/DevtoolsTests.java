package io.eventsource.devtools;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

import io.eventsource.Patience;
import io.eventsource.engine.EventStream;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that Spring Boot's developer tools restart: its clients get a clean end
 * and come back, and nothing is left of what was there before.
 */
class DevtoolsTests {

	private static final int CLIENTS = 20;

	@TempDir
	private Path directory;

	private final List<String> output = new CopyOnWriteArrayList<>();

	private final List<StreamClient> clients = new ArrayList<>();

	private Process process;

	private Thread reader;

	private int port;

	@AfterEach
	void stop() throws Exception {
		this.clients.forEach(StreamClient::close);
		if (this.process != null) {
			this.process.destroyForcibly().waitFor();
			this.reader.join();
			this.output.forEach(System.out::println);
		}
	}

	@ParameterizedTest
	@CsvSource({ "JAR, TOMCAT", "PROJECT_IN_AN_IDE, JETTY" })
	void clientsComeBackToTheRestartedApplicationAndNothingIsLeft(Library library, TestServer.Container container)
			throws Exception {
		start(library, container);
		awaitReady(1);
		assertThat(this.output)
			.anyMatch((line) -> line.toUpperCase(Locale.ROOT).contains(container + " STARTED ON PORT"));
		// The developer tools enable the console
		assertThat(get("/eventsource-console/streams")).contains("DISCONNECT", "STOP", "PUBLISH");
		connect(List.of());
		publish("before");
		String state = get("/state");
		assertThat(state).endsWith(" RestartClassLoader " + library.loader);
		for (int restart = 1; restart <= 2; restart++) {
			Files.writeString(this.directory.resolve("classes/changed"), "restart " + restart);
			for (StreamClient client : this.clients) {
				client.awaitEnd();
			}
			assertThat(this.clients.stream().map(StreamClient::reconnectionTime).distinct())
				.hasSizeGreaterThan(CLIENTS / 2);
			awaitReady(restart + 1);
			List<String> ids = this.clients.stream().map(StreamClient::lastEventId).toList();
			this.clients.clear();
			connect(ids);
			publish("after restart " + restart);
			await().untilAsserted(() -> assertThat(get("/state")).isEqualTo(state));
		}
		assertThat(this.output).noneMatch((line) -> line.matches(".* (WARN|ERROR) .*|\tat .*|.*Exception.*"));
	}

	private void start(Library library, TestServer.Container container) throws Exception {
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.port = free.getLocalPort();
		}
		List<String> path = classPath(library, container);
		String java = ProcessHandle.current().info().command().orElseThrow();
		this.process = new ProcessBuilder(java, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp",
				String.join(File.pathSeparator, path), DevtoolsApplication.class.getName(),
				"--server.port=" + this.port, "--server.address=127.0.0.1", "--spring.main.banner-mode=off",
				"--eventsource.shutdown.drain=500ms", "--spring.devtools.livereload.enabled=false",
				"--spring.devtools.restart.poll-interval=200ms", "--spring.devtools.restart.quiet-period=100ms",
				"--management.endpoints.web.exposure.include=*",
				"--" + TestServer.without(TestServer.DATABASE, TestServer.SECURITY))
			.redirectErrorStream(true)
			.directory(this.directory.toFile())
			.start();
		this.reader = new Thread(this::read, "application-output");
		this.reader.setDaemon(true);
		this.reader.start();
	}

	private List<String> classPath(Library library, TestServer.Container container) throws Exception {
		Path classes = Files.createDirectories(this.directory.resolve("classes"));
		copy(DevtoolsApplication.class, "DevtoolsApplication", classes);
		Path root = root(EventStream.class);
		List<String> path = new ArrayList<>(
				List.of(classes.toString(), library.prepare(root, this.directory).toString()));
		String other = (container == TestServer.Container.TOMCAT) ? "jetty" : "tomcat";
		for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
			// Tests would not be restarted
			if (element.endsWith(".jar") && !element.contains("junit") && !Path.of(element).equals(root)
					&& !new File(element).getName().startsWith("spring-boot-" + other)) {
				path.add(element);
			}
		}
		return path;
	}

	private static Path root(Class<?> type) throws Exception {
		return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
	}

	private static void copy(Class<?> type, String name, Path to) throws Exception {
		Path root = root(type);
		Path folder = root.resolve(type.getPackageName().replace('.', '/'));
		try (Stream<Path> files = Files.list(folder)) {
			for (Path file : files.filter((each) -> each.getFileName().toString().startsWith(name)).toList()) {
				Path target = to.resolve(root.relativize(file).toString());
				Files.createDirectories(target.getParent());
				Files.copy(file, target);
			}
		}
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			lines.lines().forEach(this.output::add);
		}
		catch (IOException | UncheckedIOException ex) {
			// The process has been ended
		}
	}

	private void awaitReady(int times) {
		await().until(() -> !this.process.isAlive()
				|| this.output.stream().filter("application: ready"::equals).count() == times);
		assertThat(this.process.isAlive()).isTrue();
	}

	private void connect(List<String> ids) throws Exception {
		for (int i = 0; i < CLIENTS; i++) {
			String id = ids.isEmpty() ? "" : ids.get(i);
			String[] headers = id.isEmpty() ? new String[0] : new String[] { "Last-Event-ID", id };
			StreamClient client = StreamClient.connect(uri("/events/" + ((i % 2 == 0) ? "messages" : "personal")),
					headers);
			assertThat(client.head().statusCode()).isEqualTo(200);
			this.clients.add(client);
		}
	}

	private void publish(String data) throws Exception {
		get("/publish?data=" + data.replace(' ', '+'));
		for (StreamClient client : this.clients) {
			await().untilAsserted(() -> assertThat(client.data()).contains(data));
		}
	}

	private String get(String path) throws Exception {
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri(path)).timeout(Patience.LIMIT).build(),
					HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		return response.body();
	}

	private URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.port + path);
	}

	/**
	 * How an application has the library: which decides who loads it.
	 */
	enum Library {

		JAR("AppClassLoader") {

			@Override
			Path prepare(Path library, Path directory) throws IOException {
				Path jar = directory.resolve("library.jar");
				try (OutputStream out = Files.newOutputStream(jar);
						JarOutputStream entries = new JarOutputStream(out);
						Stream<Path> files = Files.walk(library)) {
					for (Path file : files.filter(Files::isRegularFile).toList()) {
						entries.putNextEntry(
								new JarEntry(library.relativize(file).toString().replace(File.separatorChar, '/')));
						Files.copy(file, entries);
						entries.closeEntry();
					}
				}
				return jar;
			}

		},

		PROJECT_IN_AN_IDE("RestartClassLoader") {

			@Override
			Path prepare(Path library, Path directory) {
				return library;
			}

		};

		private final String loader;

		Library(String loader) {
			this.loader = loader;
		}

		abstract Path prepare(Path library, Path directory) throws IOException;

	}

}
