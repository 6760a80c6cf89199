package io.eventsource.web;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.eventsource.pages.Page;

import static org.awaitility.Awaitility.await;

/**
 * A proxy that is installed on this machine, before a server.
 */
final class Route implements AutoCloseable {

	private final Process process;

	private final int port;

	private Route(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Starts a proxy of its own.
	 * @param folder an empty folder
	 * @param server the port of the server
	 * @param silence the seconds after which it gives up on a server that is silent
	 */
	static Route start(Kind kind, Path folder, int server, int silence) throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		Path configuration = Files.writeString(folder.resolve("configuration"),
				kind.configuration.formatted(port, server, folder, silence));
		List<String> command = new ArrayList<>(
				List.of(kind.command.formatted(port, server, folder, silence, configuration).split(" ")));
		command.set(0, kind.find().orElseThrow().getPath());
		ProcessBuilder builder = new ProcessBuilder(command);
		builder.environment().put("XDG_DATA_HOME", folder.toString());
		builder.environment().put("XDG_CONFIG_HOME", folder.toString());
		Process process = builder.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile()).start();
		Route route = new Route(process, port);
		try {
			await().until(() -> route.answers(folder.resolve("output")));
		}
		catch (RuntimeException ex) {
			route.close();
			throw ex;
		}
		return route;
	}

	private boolean answers(Path output) throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("The proxy has not started: " + Files.readString(output));
		}
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (ConnectException ex) {
			return false;
		}
	}

	URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.port + path);
	}

	@Override
	public void close() {
		List<ProcessHandle> children = this.process.descendants().toList();
		this.process.destroy();
		try {
			if (!this.process.waitFor(5, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
		children.forEach(ProcessHandle::destroyForcibly);
	}

	/**
	 * The proxies that Debian has, as they are without a setting for streams, and where
	 * they need one, with that, as docs/operating.md has it.
	 */
	enum Kind {

		HAPROXY("haproxy", "haproxy -f %5$s -db",
				Page.of("docs/operating.md").code("http-no-delay").replace("60s", "%4$ds") + """
						  mode http
						  timeout connect 5s
						frontend front
						  bind 127.0.0.1:%1$d
						  default_backend back
						backend back
						  server one 127.0.0.1:%2$d
						"""),

		APACHE2("apache2", "apache2 -f %5$s -D FOREGROUND", """
				ServerRoot %3$s
				ServerName localhost
				PidFile %3$s/pid
				ErrorLog %3$s/errors
				Mutex file:%3$s
				LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
				LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
				LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
				LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
				Listen 127.0.0.1:%1$d
				ProxyTimeout %4$d
				ProxyPass / http://127.0.0.1:%2$d/
				"""),

		VARNISH("varnishd",
				"varnishd -F -a 127.0.0.1:%1$d -b 127.0.0.1:%2$d -n %3$s/varnish -s malloc,16m -T none "
						+ "-p between_bytes_timeout=%4$d",
				""),

		SQUID("squid", "squid -N -f %5$s", """
				http_port 127.0.0.1:%1$d accel defaultsite=localhost
				cache_peer 127.0.0.1 parent %2$d 0 no-query originserver
				http_access allow all
				cache deny all
				read_timeout %4$d seconds
				pid_filename %3$s/pid
				access_log none
				cache_log %3$s/cache
				coredump_dir %3$s
				shutdown_lifetime 0 seconds
				netdb_filename none
				"""),

		CADDY("caddy", "caddy run --config %5$s --adapter caddyfile", """
				{
					admin off
					auto_https off
					storage file_system %3$s
				}
				http://127.0.0.1:%1$d {
					reverse_proxy 127.0.0.1:%2$d {
						transport http {
							read_timeout %4$ds
						}
					}
				}
				""");

		private final String program;

		private final String command;

		private final String configuration;

		Kind(String program, String command, String configuration) {
			this.program = program;
			this.command = command;
			this.configuration = configuration;
		}

		Optional<File> find() {
			return Stream.of((System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
				.map((folder) -> new File(folder, this.program))
				.filter(File::canExecute)
				.findFirst();
		}

		String remedy() {
			String debian = (this == VARNISH) ? "varnish" : this.program;
			return "Install it (package " + debian + " on Debian) so that it is on the PATH, or in /usr/sbin";
		}

	}

}
