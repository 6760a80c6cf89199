package io.eventsource.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@code redis-server} of this machine in a process of its own, on the client's core,
 * that keeps nothing on a disk.
 */
final class RedisServer implements AutoCloseable {

	private static final int PATIENCE_MILLIS = 10_000;

	private static final int PAUSE_MILLIS = 20;

	private static final Pattern COUNT = Pattern.compile("^cmdstat_([^:]+):calls=([0-9]+)");

	/** What instances send; the rest is called by scripts. */
	private static final Set<String> SENT = Set.of("evalsha", "eval", "xread", "xrange", "xrevrange", "xinfo|stream",
			"subscribe", "unsubscribe", "ping", "hello", "client|setinfo");

	private final Process process;

	private final Path log;

	private final int port;

	private RedisServer(Process process, Path log, int port) {
		this.process = process;
		this.log = log;
		this.port = port;
	}

	/**
	 * Starts a server on a free port, and waits until it is up.
	 * @throws IOException if there is none on the {@code PATH}, or it does not start
	 */
	static RedisServer start() throws IOException {
		String program = find();
		int port = freePort();
		Path log = Files.createTempFile("eventsource-benchmark-", ".log");
		Process process = new ProcessBuilder(program, "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save",
				"", "--appendonly", "no")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		RedisServer server = new RedisServer(process, log, port);
		try {
			server.awaitStart();
		}
		catch (IOException ex) {
			server.close();
			throw ex;
		}
		return server;
	}

	private static String find() throws IOException {
		return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.map((folder) -> new File(folder, "redis-server"))
			.filter(File::canExecute)
			.findFirst()
			.map(File::getPath)
			.orElseThrow(() -> new IOException(
					"redis-server is not on the PATH; install it (package redis-server on Debian)"));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private void awaitStart() throws IOException {
		for (int waited = 0; waited < PATIENCE_MILLIS && this.process.isAlive(); waited += PAUSE_MILLIS) {
			try (Socket socket = new Socket()) {
				socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
				return;
			}
			catch (IOException ex) {
				pause();
			}
		}
		throw new IOException("redis-server has not started: " + Files.readString(this.log));
	}

	private static void pause() {
		try {
			Thread.sleep(PAUSE_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * The settings of an application that uses it.
	 */
	List<String> settings() {
		return settings(this.port);
	}

	int port() {
		return this.port;
	}

	/**
	 * How many commands clients have sent, not counting those that scripts call.
	 */
	long commands() throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			socket.getOutputStream().write("INFO commandstats\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
			String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
			return reply.lines()
				.map(COUNT::matcher)
				.filter((matcher) -> matcher.find() && SENT.contains(matcher.group(1)))
				.mapToLong((matcher) -> Long.parseLong(matcher.group(2)))
				.sum();
		}
	}

	/**
	 * The settings of an application that reaches it by another port.
	 */
	List<String> settings(int port) {
		return List.of("--eventsource.channels.store=redis", "--spring.data.redis.host=127.0.0.1",
				"--spring.data.redis.port=" + port);
	}

	@Override
	public void close() throws IOException {
		this.process.destroyForcibly();
		try {
			this.process.waitFor(2, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		Files.delete(this.log);
	}

}
