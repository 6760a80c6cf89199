package io.eventsource.redis.chaos;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.springframework.util.FileSystemUtils;

import static org.awaitility.Awaitility.await;

/**
 * A process of redis-server, and the commands that are sent to it by redis-cli.
 */
final class Node implements AutoCloseable {

	private static final long COMMAND_LIMIT = 20;

	private final Path folder;

	private final int port;

	private final List<String> command;

	private volatile Process process;

	/**
	 * Makes a node that does not run.
	 * @param folder its folder
	 * @param options its options
	 */
	Node(Path folder, int port, List<String> options) {
		this.folder = folder;
		this.port = port;
		this.command = new ArrayList<>(List.of("redis-server"));
		this.command.addAll(options);
		// A test that is ended leaves nothing behind
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			if (this.process != null) {
				this.process.destroyForcibly();
			}
		}));
	}

	/**
	 * A node that keeps what it has confirmed when it is killed.
	 */
	static Node durable(Path folder, String... options) throws IOException {
		int port = freePort();
		Path own = Files.createDirectories(folder.resolve("node-" + port));
		List<String> all = new ArrayList<>(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir",
				own.toString(), "--appendonly", "yes", "--appendfsync", "no", "--save", ""));
		all.addAll(List.of(options));
		return new Node(own, port, all);
	}

	/** A port that is free, as is the one of a cluster's bus that belongs to it. */
	static int freePort() throws IOException {
		while (true) {
			int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
			if (isFree(port) && isFree(port + 10_000)) {
				return port;
			}
		}
	}

	private static boolean isFree(int port) throws IOException {
		try (ServerSocket socket = new ServerSocket()) {
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return true;
		}
		catch (java.net.BindException ex) {
			return false;
		}
	}

	Node start() throws IOException {
		this.process = new ProcessBuilder(this.command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(output()))
			.start();
		await().until(this::answers);
		return this;
	}

	private boolean answers() throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("redis-server has not started: " + Files.readString(output().toPath()));
		}
		return cli("PING").contains("PONG");
	}

	private File output() {
		return this.folder.resolve("output").toFile();
	}

	int port() {
		return this.port;
	}

	Path folder() {
		return this.folder;
	}

	String address() {
		return "127.0.0.1:" + this.port;
	}

	/** Ends the process as the failure of its machine does. */
	void kill() {
		if (this.process != null) {
			this.process.destroyForcibly();
			await().until(() -> !this.process.isAlive());
		}
	}

	/** Has the process hang. */
	void stop() {
		signal("-STOP");
	}

	void proceed() {
		signal("-CONT");
	}

	private void signal(String signal) {
		run(List.of("kill", signal, Long.toString(this.process.pid())));
	}

	/** Takes away what the node has on its disk. */
	void wipe() throws IOException {
		FileSystemUtils.deleteRecursively(this.folder.resolve("appendonlydir"));
	}

	/**
	 * Sends a command.
	 * @return the reply as redis-cli prints it, or what is wrong
	 */
	String cli(String... arguments) {
		List<String> all = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(this.port)));
		all.addAll(List.of(arguments));
		return run(all);
	}

	static String run(List<String> command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			process.getOutputStream().close();
			// A node that hangs does not answer
			CompletableFuture.delayedExecutor(COMMAND_LIMIT, TimeUnit.SECONDS).execute(process::destroyForcibly);
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			process.waitFor(10, TimeUnit.SECONDS);
			return output;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		kill();
	}

}
