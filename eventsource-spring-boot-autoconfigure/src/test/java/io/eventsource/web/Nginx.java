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
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.eventsource.pages.Page;

import static org.awaitility.Awaitility.await;

/**
 * The nginx that is installed on this machine, as a proxy before a server.
 */
public final class Nginx implements AutoCloseable {

	public static final String REMEDY = "Streams are tested behind nginx: install it (package nginx on Debian) so that it "
			+ "is on the PATH, or in /usr/sbin";

	private final Process process;

	private final int port;

	private Nginx(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	public static boolean isInstalled() {
		return find().isPresent();
	}

	/**
	 * Starts a proxy of its own, which passes on streams as docs/operating.md says, and
	 * all else as nginx does by default. It buffers responses as nginx does by default,
	 * and gives up on a server that is silent for two seconds.
	 * @param folder an empty folder
	 * @param upstreams the ports of the servers, which it uses in turn
	 */
	public static Nginx start(Path folder, int... upstreams) throws IOException {
		int port = freePort();
		// As on the page, but less patient
		String location = Page.of("docs/operating.md").code("proxy_pass").replace("60s", "2s")
				+ "\nlocation / {\n\tproxy_pass http://application;\n}";
		// A server that is silent for two seconds because the machine is busy is asked
		// again
		String servers = Arrays.stream(upstreams)
			.mapToObj("server 127.0.0.1:%d max_fails=0;"::formatted)
			.collect(Collectors.joining("\n"));
		Path configuration = Files.writeString(folder.resolve("nginx.conf"),
				"daemon off; master_process off;\n" + configuration(folder, port, servers, location));
		Process process = new ProcessBuilder(find().orElseThrow().getPath(), "-p", folder.toString(), "-e", "stderr",
				"-c", configuration.toString())
			.redirectErrorStream(true)
			.redirectOutput(folder.resolve("output").toFile())
			.start();
		Nginx nginx = new Nginx(process, port);
		try {
			await().until(() -> nginx.answers(folder.resolve("output")));
		}
		catch (RuntimeException ex) {
			nginx.close();
			throw ex;
		}
		return nginx;
	}

	/**
	 * Lets nginx read a part of a configuration for a server, in which
	 * {@code http://application} stands for the application.
	 * @param folder an empty folder
	 */
	public static void check(Path folder, String configuration) throws IOException, InterruptedException {
		Path file = Files.writeString(folder.resolve("nginx.conf"),
				configuration(folder, freePort(), "server 127.0.0.1:1;", configuration));
		Process process = new ProcessBuilder(find().orElseThrow().getPath(), "-t", "-p", folder.toString(), "-e",
				"stderr", "-c", file.toString())
			.redirectErrorStream(true)
			.redirectOutput(folder.resolve("output").toFile())
			.start();
		if (process.waitFor() != 0) {
			throw new AssertionError(Files.readString(folder.resolve("output")));
		}
	}

	private static String configuration(Path folder, int port, String servers, String location) {
		return """
				pid %1$s/nginx.pid;
				error_log stderr;
				events {
				}
				http {
					access_log off;
					client_body_temp_path %1$s/body;
					proxy_temp_path %1$s/proxy;
					fastcgi_temp_path %1$s/fastcgi;
					uwsgi_temp_path %1$s/uwsgi;
					scgi_temp_path %1$s/scgi;
					upstream application {
						%3$s
					}
					server {
						listen 127.0.0.1:%2$d;
						%4$s
					}
				}
				""".formatted(folder, port, servers, location);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private boolean answers(Path output) throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("nginx has not started: " + Files.readString(output));
		}
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (ConnectException ex) {
			return false;
		}
	}

	public URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.port + path);
	}

	@Override
	public void close() {
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
	}

	private static Optional<File> find() {
		return Stream.of((System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
			.map((folder) -> new File(folder, "nginx"))
			.filter(File::canExecute)
			.findFirst();
	}

}
