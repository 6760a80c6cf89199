package io.eventsource.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The servers that are compared, the first of which is what the others are measured by;
 * and variants of this starter, to see what each option costs or saves.
 */
enum Contender {

	NIO("floor (`java.nio`)"),

	NIO_TOGETHER("floor that writes together"),

	STARTER_TOMCAT("**this starter, Tomcat**"),

	STARTER_JETTY("**this starter, Jetty**"),

	EMITTER_LIST("list of `SseEmitter`s (Tomcat)", "--eventsource.enabled=false"),

	MVC_FLUX("Spring MVC returning a `Flux` (Tomcat)", "--eventsource.enabled=false",
			"--spring.mvc.async.request-timeout=-1"),

	WEBFLUX("WebFlux (Netty)"),

	STARTER_TOMCAT_DIRECT(STARTER_TOMCAT, "with `tomcat.direct`", "--eventsource.tomcat.direct=true"),

	STARTER_TOMCAT_LEAN(STARTER_TOMCAT, "with `tomcat.direct` and `tomcat.lean-sockets`",
			"--eventsource.tomcat.direct=true", "--eventsource.tomcat.lean-sockets=true"),

	FILTER(STARTER_TOMCAT, "with an `EventFilter`", "--benchmark.filter=true"),

	CONFLATE(STARTER_TOMCAT, "with `overflow: conflate` and a key of its own for each event", "--benchmark.keys=true",
			"--eventsource.overflow=conflate"),

	FALLBACK(STARTER_TOMCAT, "behind a filter that prevents non-blocking output", "--benchmark.fallback=true"),

	TWO_WORKERS(STARTER_TOMCAT, "with two workers", "--eventsource.dispatcher.threads=2"),

	FLUSH_10(STARTER_TOMCAT, "with `flush-interval: 10ms`", "--eventsource.flush-interval=10ms"),

	FLUSH_50(STARTER_TOMCAT, "with `flush-interval: 50ms`", "--eventsource.flush-interval=50ms"),

	FLUSH_100(STARTER_TOMCAT, "with `flush-interval: 100ms`", "--eventsource.flush-interval=100ms"),

	FLUSH_250(STARTER_TOMCAT, "with `flush-interval: 250ms`", "--eventsource.flush-interval=250ms"),

	HUGE_PAGES(STARTER_TOMCAT, "with `-XX:+UseTransparentHugePages`", "-XX:+UseTransparentHugePages"),

	SMALL_HEADERS(STARTER_TOMCAT, "with room for headers of 2 KB", "--server.max-http-request-header-size=2KB",
			"--server.tomcat.max-http-response-header-size=2KB"),

	SMALL_SOCKET_BUFFERS(STARTER_TOMCAT, "with socket buffers of 1 KB", "--benchmark.socket-buffer=1024"),

	OTHER_JDK(STARTER_TOMCAT, "on the JDK at `OTHER_JAVA_HOME`");

	static final Contender FLOOR = NIO;

	private final String title;

	private final @Nullable Contender original;

	private final List<String> settings;

	Contender(String title, String... settings) {
		this.title = title;
		this.original = null;
		this.settings = List.of(settings);
	}

	Contender(Contender original, String title, String... settings) {
		this.title = title;
		this.original = original;
		this.settings = List.of(settings);
	}

	/**
	 * Those that are compared unless others are named.
	 */
	static List<Contender> servers() {
		return Stream.of(values()).filter((contender) -> contender.original == null).toList();
	}

	/**
	 * Finds one by its name, or all variants with what they are variants of.
	 * @throws IllegalArgumentException if there is none
	 */
	static Stream<Contender> named(String name) {
		if (name.equals("variants")) {
			return Stream.of(values())
				.filter((contender) -> contender == STARTER_TOMCAT || contender.original != null)
				.filter((contender) -> contender != OTHER_JDK || System.getenv("OTHER_JAVA_HOME") != null);
		}
		return Stream.of(Stream.of(values())
			.filter((contender) -> contender.id().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("There is no server " + name + "; there are variants, and "
					+ Stream.of(values()).map(Contender::id).toList())));
	}

	String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * The name for tables, in Markdown.
	 */
	String title() {
		return this.title;
	}

	/**
	 * The name of the server program.
	 */
	String program() {
		return (this.original != null) ? this.original.id() : id();
	}

	/**
	 * The settings of the application.
	 */
	List<String> settings() {
		return this.settings.stream().filter((setting) -> setting.startsWith("--")).toList();
	}

	/**
	 * The options of its JVM.
	 */
	List<String> jvmOptions() {
		return this.settings.stream().filter((setting) -> !setting.startsWith("--")).toList();
	}

	/**
	 * Where its JDK is.
	 */
	String javaHome() {
		String other = System.getenv("OTHER_JAVA_HOME");
		return (this == OTHER_JDK && other != null) ? other : System.getProperty("java.home");
	}

	boolean isStarter() {
		return program().startsWith("starter-");
	}

}
