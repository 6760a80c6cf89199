package io.eventsource.sample;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.awaitility.Awaitility.await;

/**
 * The redis-server that is installed on this machine, as a server of its own.
 */
final class Redis implements AutoCloseable {

	static final String REMEDY = "The profile redis is tested with a real Redis: install it (package redis-server on "
			+ "Debian) so that redis-server is on the PATH";

	private final Process process;

	private Redis(Process process) {
		this.process = process;
	}

	static boolean isInstalled() {
		return find().isPresent();
	}

	/**
	 * Starts a server.
	 * @param folder an empty folder
	 * @param port the port to listen on
	 */
	static Redis start(Path folder, int port) throws IOException {
		File output = folder.resolve("output").toFile();
		Redis redis = new Redis(new ProcessBuilder(find().orElseThrow().getPath(), "--port", Integer.toString(port),
				"--bind", "127.0.0.1", "--dir", folder.toString(), "--appendonly", "no", "--save", "")
			.redirectErrorStream(true)
			.redirectOutput(output)
			.start());
		try {
			await().until(() -> redis.answers(port, output.toPath()));
			return redis;
		}
		catch (RuntimeException ex) {
			redis.close();
			throw ex;
		}
	}

	private boolean answers(int port, Path output) throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("Redis has not started: " + Files.readString(output));
		}
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			return socket.isConnected();
		}
		catch (ConnectException ex) {
			return false;
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

	private static Optional<File> find() {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.map((folder) -> new File(folder, "redis-server"))
			.filter(File::canExecute)
			.findFirst();
	}

}
