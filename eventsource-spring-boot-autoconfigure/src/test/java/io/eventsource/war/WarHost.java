package io.eventsource.war;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.server.handler.GracefulHandler;

/**
 * A container in a process of its own, which deploys a web application that has all of
 * its libraries in its own class loader, and does what it is told by its input.
 */
public final class WarHost {

	private WarHost() {
	}

	public static void main(String[] args) throws Exception {
		Path directory = Path.of(args[1]);
		Host host = args[0].equals("TOMCAT") ? new TomcatHost(directory) : new JettyHost(directory);
		say("port " + host.port());
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
		String line;
		while ((line = input.readLine()) != null) {
			switch (line) {
				case "reload" -> host.reload();
				case "undeploy" -> undeploy(host);
				default -> throw new IllegalArgumentException(line);
			}
			say("done");
		}
	}

	private static void undeploy(Host host) throws Exception {
		ClassLoader loader = host.loader();
		host.undeploy();
		Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> isOf(thread, loader))
			.filter(WarHost::goesOn)
			.forEach((thread) -> say("thread left: " + thread.getName() + " at " + List.of(thread.getStackTrace())));
	}

	private static boolean isOf(Thread thread, ClassLoader loader) {
		return thread.isAlive() && (thread.getName().startsWith("eventsource")
				|| thread.getContextClassLoader() == loader || thread.getClass().getClassLoader() == loader);
	}

	/** One that is about to end has been told to. */
	private static boolean goesOn(Thread thread) {
		try {
			thread.join(1000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return thread.isAlive();
	}

	private static void say(String line) {
		System.out.println("host: " + line);
	}

	/**
	 * A container.
	 */
	private interface Host {

		int port();

		ClassLoader loader();

		void reload() throws Exception;

		void undeploy() throws Exception;

	}

	private static final class TomcatHost implements Host {

		private final Tomcat tomcat = new Tomcat();

		private Context context;

		TomcatHost(Path directory) throws Exception {
			Path base = Files.createTempDirectory("tomcat");
			Files.createDirectories(base.resolve("webapps"));
			this.tomcat.setBaseDir(base.toString());
			this.tomcat.setHostname("localhost");
			this.tomcat.setPort(0);
			this.tomcat.getConnector().setProperty("address", "127.0.0.1");
			this.tomcat.setAddDefaultWebXmlToWebapp(false);
			this.context = this.tomcat.addWebapp("/app", directory.toString());
			this.context.setParentClassLoader(ClassLoader.getSystemClassLoader());
			this.tomcat.start();
			if (this.context.getState() != LifecycleState.STARTED) {
				throw new IllegalStateException("The web application has not started");
			}
			Runtime.getRuntime().addShutdownHook(new Thread(() -> {
				try {
					this.tomcat.stop();
					this.tomcat.destroy();
					delete(base);
					say("stopped");
				}
				catch (Exception ex) {
					ex.printStackTrace();
				}
			}));
		}

		private static void delete(Path base) throws Exception {
			try (Stream<Path> files = Files.walk(base)) {
				files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
			}
		}

		@Override
		public int port() {
			return this.tomcat.getConnector().getLocalPort();
		}

		@Override
		public ClassLoader loader() {
			return this.context.getLoader().getClassLoader();
		}

		@Override
		public void reload() {
			this.context.reload();
		}

		@Override
		public void undeploy() {
			this.tomcat.getHost().removeChild(this.context);
			this.context = null;
		}

	}

	private static final class JettyHost implements Host {

		private final Server server = new Server();

		private final ServerConnector connector = new ServerConnector(this.server);

		private final ContextHandlerCollection contexts = new ContextHandlerCollection();

		private final Path directory;

		private WebAppContext context;

		JettyHost(Path directory) throws Exception {
			this.directory = directory;
			this.connector.setHost("127.0.0.1");
			// The distribution's module graceful, on a machine that may be busy
			this.server.setStopTimeout(30_000);
			this.server.addConnector(this.connector);
			this.server.setHandler(new GracefulHandler(this.contexts));
			this.context = create();
			this.contexts.addHandler(this.context);
			this.server.start();
			Runtime.getRuntime().addShutdownHook(new Thread(() -> {
				try {
					this.server.stop();
					say("stopped");
				}
				catch (TimeoutException ex) {
					// Idle connections of the clients outlast it
					say("stopped");
				}
				catch (Exception ex) {
					ex.printStackTrace();
				}
			}));
		}

		private WebAppContext create() {
			WebAppContext created = new WebAppContext();
			created.setContextPath("/app");
			created.setWar(this.directory.toString());
			created.setThrowUnavailableOnStartupException(true);
			return created;
		}

		@Override
		public int port() {
			return this.connector.getLocalPort();
		}

		@Override
		public ClassLoader loader() {
			return this.context.getClassLoader();
		}

		@Override
		public void reload() throws Exception {
			undeploy();
			this.context = create();
			this.contexts.addHandler(this.context);
			this.context.start();
		}

		@Override
		public void undeploy() throws Exception {
			this.context.stop();
			this.contexts.removeHandler(this.context);
			this.context.destroy();
			this.context = null;
		}

	}

}
