package io.eventsource.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The servers that are compared. The first is what the others are measured by.
 */
enum Contender {

	NIO("floor (`java.nio`)"),

	STARTER_TOMCAT("**this starter, Tomcat**"),

	STARTER_JETTY("**this starter, Jetty**"),

	EMITTER_LIST("list of `SseEmitter`s (Tomcat)", "--eventsource.enabled=false"),

	MVC_FLUX("Spring MVC returning a `Flux` (Tomcat)", "--eventsource.enabled=false",
			"--spring.mvc.async.request-timeout=-1"),

	WEBFLUX("WebFlux (Netty)");

	static final Contender FLOOR = NIO;

	private final String title;

	private final List<String> settings;

	Contender(String title, String... settings) {
		this.title = title;
		this.settings = List.of(settings);
	}

	/**
	 * Finds one by its name.
	 * @throws IllegalArgumentException if there is none
	 */
	static Contender named(String name) {
		return Stream.of(values())
			.filter((contender) -> contender.id().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"There is no server " + name + "; there are " + Stream.of(values()).map(Contender::id).toList()));
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

	List<String> settings() {
		return this.settings;
	}

	boolean isStarter() {
		return this == STARTER_TOMCAT || this == STARTER_JETTY;
	}

}
