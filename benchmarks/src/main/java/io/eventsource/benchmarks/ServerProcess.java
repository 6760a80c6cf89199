package io.eventsource.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A server in a process of its own, and what the operating system knows of it.
 */
final class ServerProcess implements AutoCloseable {

	private static final long PATIENCE_SECONDS = 120;

	/**
	 * One core each, for the JVM too where the process cannot be bound to one.
	 */
	private static final List<String> JVM_OPTIONS = List.of("-Xmx2g", "-XX:ActiveProcessorCount=1", "-XX:-MaxFDLimit");

	private final Process process;

	private final PrintStream commands;

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	private final Path log;

	private final int port;

	private ServerProcess(Process process, Path log) {
		this.process = process;
		this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
		this.log = log;
		Thread reader = new Thread(this::readAnswers, "answers");
		reader.setDaemon(true);
		reader.start();
		this.port = Integer.parseInt(awaitAnswer());
	}

	/**
	 * Starts a server, and waits until it is up.
	 * @param settings of the application, beside its own
	 */
	static ServerProcess start(Contender contender, List<String> settings) throws IOException {
		Path log = Files.createTempFile("eventsource-benchmark-", ".log");
		List<String> command = new ArrayList<>(pinning());
		command.add(Path.of(contender.javaHome(), "bin", "java").toString());
		command.addAll(JVM_OPTIONS);
		command.addAll(contender.jvmOptions());
		command.addAll(List.of("-cp", System.getProperty("java.class.path"),
				"io.eventsource.benchmarks.server.ServerProgram", contender.program()));
		command.addAll(contender.settings());
		command.addAll(settings);
		Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
		try {
			return new ServerProcess(process, log);
		}
		catch (RuntimeException ex) {
			process.destroyForcibly();
			throw ex;
		}
	}

	/**
	 * What binds the server to another core than the client, where there is such a thing.
	 */
	private static List<String> pinning() {
		String cpu = System.getenv().getOrDefault("SERVER_CPU", "0");
		for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
			if (new File(folder, "taskset").canExecute()) {
				return List.of("taskset", "-c", cpu);
			}
		}
		return List.of();
	}

	private void readAnswers() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.US_ASCII)) {
			reader.lines().forEach(this.answers::add);
		}
		catch (IOException | UncheckedIOException ex) {
			// The process has gone
		}
	}

	int port() {
		return this.port;
	}

	/**
	 * Gives a command without waiting for its answer.
	 */
	void tell(String command) {
		this.commands.println(command);
	}

	/**
	 * The answer to the last command, or {@code null} if there is none yet.
	 */
	@Nullable String answer() {
		return this.answers.poll();
	}

	/**
	 * Gives a command and waits for its answer.
	 */
	long ask(String command) {
		tell(command);
		return Long.parseLong(awaitAnswer());
	}

	private String awaitAnswer() {
		try {
			for (int i = 0; i < PATIENCE_SECONDS && this.process.isAlive(); i++) {
				String answer = this.answers.poll(1, TimeUnit.SECONDS);
				if (answer != null) {
					return answer;
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		throw new IllegalStateException("The server does not answer; see " + this.log);
	}

	/**
	 * The time that its threads have spent on a processor.
	 */
	Duration cpu() {
		return this.process.info().totalCpuDuration().orElse(Duration.ZERO);
	}

	/**
	 * How many bytes of memory it has in use.
	 */
	long resident() {
		Path status = proc("status");
		if (Files.exists(status)) {
			return 1024 * statusValue(status, "VmRSS:");
		}
		try {
			Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(this.process.pid())).start();
			try (BufferedReader reader = ps.inputReader(StandardCharsets.US_ASCII)) {
				return 1024 * Long.parseLong(reader.readLine().trim());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * How many threads it has; negative where the operating system does not say.
	 */
	long threads() {
		Path status = proc("status");
		return Files.exists(status) ? statusValue(status, "Threads:") : -1;
	}

	/**
	 * How many files and sockets it has open; negative where the operating system does
	 * not say.
	 */
	long descriptors() {
		String[] names = proc("fd").toFile().list();
		return (names != null) ? names.length : -1;
	}

	private Path proc(String name) {
		return Path.of("/proc", Long.toString(this.process.pid()), name);
	}

	private static long statusValue(Path status, String field) {
		try {
			return Files.readAllLines(status)
				.stream()
				.filter((line) -> line.startsWith(field))
				.mapToLong((line) -> Long.parseLong(line.substring(field.length()).replace("kB", "").trim()))
				.findFirst()
				.orElseThrow();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Makes it stand still.
	 */
	void halt() throws IOException {
		signal("STOP");
	}

	/**
	 * Lets it go on.
	 */
	void resume() throws IOException {
		signal("CONT");
	}

	private void signal(String name) throws IOException {
		try {
			new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).start().waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() throws IOException {
		this.commands.close();
		try {
			if (!this.process.waitFor(2, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
		Files.delete(this.log);
	}

}
