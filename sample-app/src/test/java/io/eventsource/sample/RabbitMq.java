package io.eventsource.sample;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.springframework.test.util.TestSocketUtils;

import static org.awaitility.Awaitility.await;

/**
 * The RabbitMQ that is installed on this machine, as a server of its own: with its own
 * folder, name and ports, and with its own name server, which RabbitMQ would otherwise
 * leave behind.
 */
final class RabbitMq implements AutoCloseable {

	static final String REMEDY = "The profile rabbit is tested with RabbitMQ: install it (package rabbitmq-server on "
			+ "Debian) so that rabbitmq-server and epmd are on the PATH, or in /usr/sbin";

	private final Process names;

	private final Process server;

	private RabbitMq(Process names, Process server) {
		this.names = names;
		this.server = server;
	}

	static boolean isInstalled() {
		return find("rabbitmq-server").isPresent() && find("epmd").isPresent();
	}

	/**
	 * Starts a server.
	 * @param folder an empty folder
	 * @param port the port to listen on
	 */
	static RabbitMq start(Path folder, int port) throws IOException {
		int namesPort = TestSocketUtils.findAvailableTcpPort();
		Process names = process(folder, "names", find("epmd").orElseThrow().getPath(), "-address", "127.0.0.1", "-port",
				Integer.toString(namesPort))
			.start();
		ProcessBuilder builder = process(folder, "server", server().getPath());
		builder.environment().keySet().removeIf((name) -> name.startsWith("RABBITMQ_"));
		builder.environment()
			.putAll(Map.ofEntries(Map.entry("HOME", folder.toString()),
					Map.entry("ERL_EPMD_PORT", Integer.toString(namesPort)), Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
					Map.entry("RABBITMQ_CONF_ENV_FILE", Files.createFile(folder.resolve("environment")).toString()),
					Map.entry("RABBITMQ_CONFIG_FILE",
							Files.writeString(folder.resolve("rabbitmq.conf"), "listeners.tcp.1 = 127.0.0.1:" + port)
								.toString()),
					Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE",
							Files.writeString(folder.resolve("plugins"), "[].").toString()),
					Map.entry("RABBITMQ_NODENAME", "test" + port + "@localhost"),
					Map.entry("RABBITMQ_DIST_PORT", Integer.toString(TestSocketUtils.findAvailableTcpPort())),
					Map.entry("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"),
					Map.entry("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString()),
					Map.entry("RABBITMQ_LOG_BASE", folder.resolve("log").toString()), Map.entry("RABBITMQ_LOGS", "-"),
					// The script then becomes the server, so that to end it is to end the
					// server
					Map.entry("RUNNING_UNDER_SYSTEMD", "true")));
		try {
			await().until(() -> answers(names, namesPort, folder.resolve("names")));
			RabbitMq broker = new RabbitMq(names, builder.start());
			try {
				await().until(() -> answers(broker.server, port, folder.resolve("server")));
				return broker;
			}
			catch (RuntimeException ex) {
				end(broker.server);
				throw ex;
			}
		}
		catch (IOException | RuntimeException ex) {
			end(names);
			throw ex;
		}
	}

	private static ProcessBuilder process(Path folder, String output, String... command) {
		return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve(output).toFile());
	}

	private static boolean answers(Process process, int port, Path output) throws IOException {
		if (!process.isAlive()) {
			throw new IllegalStateException("RabbitMQ has not started: " + Files.readString(output));
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
		end(this.server);
		end(this.names);
	}

	private static void end(Process process) {
		process.destroy();
		try {
			if (!process.waitFor(10, TimeUnit.SECONDS)) {
				process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Debian has a wrapper on the PATH that serves the installed service only.
	 */
	private static File server() {
		File found = find("rabbitmq-server").orElseThrow();
		File wrapped = new File(found.getParentFile(), "../lib/rabbitmq/bin/rabbitmq-server");
		return wrapped.canExecute() ? wrapped : found;
	}

	private static Optional<File> find(String command) {
		return Stream.of((System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
			.map((folder) -> new File(folder, command))
			.filter(File::canExecute)
			.findFirst();
	}

}
