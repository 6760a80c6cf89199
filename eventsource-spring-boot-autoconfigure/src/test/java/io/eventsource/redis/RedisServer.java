package io.eventsource.redis;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;

import org.springframework.util.FileSystemUtils;

import static org.awaitility.Awaitility.await;

/**
 * The redis-server that is installed on this machine, on a port of its own. It keeps what
 * it has confirmed when it is killed.
 */
public final class RedisServer implements AutoCloseable {

	public static final String REMEDY = "Channels are tested with a real Redis: install it (package redis-server on "
			+ "Debian) so that redis-server is on the PATH";

	private final Path folder;

	private final int port;

	private final RedisClient client;

	private Process process;

	private StatefulRedisConnection<String, String> connection;

	private final List<String> options;

	private RedisServer(Path folder, int port, String... options) {
		this.options = List.of(options);
		this.folder = folder;
		this.port = port;
		RedisURI uri = RedisURI.builder()
			.withHost("127.0.0.1")
			.withPort(port)
			.withTimeout(Duration.ofSeconds(5))
			.build();
		this.client = RedisClient.create(uri);
	}

	public static boolean isInstalled() {
		return find().isPresent();
	}

	/**
	 * Starts a server.
	 * @param folder an empty folder
	 * @param options further options
	 */
	public static RedisServer start(Path folder, String... options) throws IOException {
		RedisServer server = new RedisServer(folder, freePort(), options);
		server.start();
		return server;
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	/**
	 * Starts the server again, with what it has on its disk.
	 */
	void start() throws IOException {
		List<String> command = new ArrayList<>(
				List.of(find().orElseThrow().getPath(), "--port", Integer.toString(this.port), "--bind", "127.0.0.1",
						"--dir", this.folder.toString(), "--appendonly", "yes", "--appendfsync", "no", "--save", ""));
		command.addAll(this.options);
		this.process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.folder.resolve("output").toFile())
			.start();
		try {
			await().until(this::answers);
		}
		catch (RuntimeException ex) {
			kill();
			throw ex;
		}
	}

	private boolean answers() throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException(
					"redis-server has not started: " + Files.readString(this.folder.resolve("output")));
		}
		try {
			this.connection = this.client.connect();
			return "PONG".equals(this.connection.sync().ping());
		}
		catch (RedisException ex) {
			return false;
		}
	}

	/**
	 * Ends the server as a failure of its machine does.
	 */
	void kill() {
		if (this.connection != null) {
			this.connection.close();
		}
		this.process.destroyForcibly();
		try {
			this.process.waitFor(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Kills the server and takes away what it has on its disk.
	 */
	void lose() throws IOException {
		kill();
		FileSystemUtils.deleteRecursively(this.folder.resolve("appendonlydir"));
	}

	/**
	 * Sends a signal to the process.
	 * @param name the name of the signal, such as {@code STOP}
	 */
	void signal(String name) throws IOException {
		try {
			new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).start().waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	int port() {
		return this.port;
	}

	RedisCommands<String, String> commands() {
		return this.connection.sync();
	}

	/**
	 * Makes a user, or changes the rules of one.
	 */
	void user(String name, String... rules) {
		CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add(name);
		for (String rule : rules) {
			arguments.add(rule);
		}
		this.connection.sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments);
	}

	/**
	 * The settings of an application that uses this server.
	 */
	public String[] properties(String... others) {
		return Stream.concat(Stream.of("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + this.port,
				"eventsource.channels.store=redis"), Stream.of(others))
			.toArray(String[]::new);
	}

	@Override
	public void close() {
		kill();
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
	}

	private static Optional<File> find() {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.map((folder) -> new File(folder, "redis-server"))
			.filter(File::canExecute)
			.findFirst();
	}

}
