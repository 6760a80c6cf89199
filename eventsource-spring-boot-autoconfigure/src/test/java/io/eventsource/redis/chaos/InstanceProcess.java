package io.eventsource.redis.chaos;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.eventsource.EventPublicationException;
import io.eventsource.web.TestServer;

/**
 * An instance of the application in a process of its own, which publishes, says what was
 * confirmed, and can be killed.
 */
public final class InstanceProcess implements AutoCloseable {

	private static final String CONFIRMED = "CONFIRMED ";

	private static final String PORT = "PORT ";

	private final Process process;

	private final CompletableFuture<Integer> port = new CompletableFuture<>();

	private final Set<Numbered> confirmed = new HashSet<>();

	private final Thread reader = new Thread(this::read, "instance-output");

	private InstanceProcess(Process process) {
		this.process = process;
		this.reader.setDaemon(true);
		this.reader.start();
	}

	/**
	 * Starts the process.
	 * @param publisher the number of the first of its publishers
	 * @param errors where the process says what is wrong
	 */
	static InstanceProcess start(int publisher, File errors, String... properties) throws IOException {
		List<String> command = new ArrayList<>(List.of(new File(System.getProperty("java.home"), "bin/java").getPath(),
				"-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dspring.devtools.restart.enabled=false",
				"-cp", System.getProperty("java.class.path"), InstanceProcess.class.getName(),
				Integer.toString(publisher)));
		command.addAll(List.of(properties));
		return new InstanceProcess(new ProcessBuilder(command).redirectError(errors).start());
	}

	/**
	 * Serves and publishes.
	 * @param arguments the number of the first publisher, and the settings
	 */
	public static void main(String[] arguments) throws InterruptedException {
		TestServer server = Instance.serve(List.of(arguments).subList(1, arguments.length).toArray(String[]::new));
		System.out.println(PORT + server.port());
		Random random = new Random(1);
		// Nobody ends it if the test was ended
		long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
		for (int number = 1; System.nanoTime() < end; number++) {
			Subject subject = Subject.values()[number % Subject.values().length];
			Numbered next = new Numbered(Integer.parseInt(arguments[0]) + subject.ordinal(), number);
			try {
				subject.publish(server, next.data(random.nextInt(100)));
				System.out.println(CONFIRMED + next.publisher() + " " + next.number());
			}
			catch (EventPublicationException ex) {
				// Not confirmed
			}
			TimeUnit.MILLISECONDS.sleep(random.nextInt(3, 20));
		}
		System.exit(0);
	}

	private void read() {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				String[] words = line.split(" ");
				if (line.startsWith(PORT)) {
					this.port.complete(Integer.parseInt(words[1]));
				}
				if (line.startsWith(CONFIRMED) && words.length == 3) {
					this.confirmed.add(new Numbered(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
				}
			}
		}
		catch (IOException ex) {
			// It was killed
		}
	}

	void awaitStart() throws Exception {
		this.port.get(60, TimeUnit.SECONDS);
	}

	int port() {
		return this.port.join();
	}

	/** Returns what was confirmed, once the process was killed. */
	Set<Numbered> confirmed() throws InterruptedException {
		this.reader.join(TimeUnit.SECONDS.toMillis(10));
		return this.confirmed;
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroyForcibly();
		this.process.waitFor(10, TimeUnit.SECONDS);
	}

}
