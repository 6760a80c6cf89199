package io.eventsource.benchmarks.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts Spring Boot applications with the container that is wanted of those on the class
 * path, and room for ten thousand clients, but else as they are by default.
 */
final class SpringServer {

	/** How many connections wait to be accepted, at most. */
	static final int ACCEPT_QUEUE = 1024;

	private SpringServer() {
	}

	static ConfigurableApplicationContext start(Class<?> application, Container container, String... settings) {
		String excluded = Stream.of(Container.values())
			.filter((other) -> other != container)
			.flatMap((other) -> other.autoConfigurations.stream())
			.map(Class::getName)
			.collect(Collectors.joining(","));
		List<String> arguments = new ArrayList<>(
				List.of("--server.port=0", "--server.address=127.0.0.1", "--server.tomcat.max-connections=20000",
						"--server.tomcat.accept-count=" + ACCEPT_QUEUE, "--eventsource.max-connections=20000",
						"--logging.level.root=warn", "--spring.autoconfigure.exclude=" + excluded));
		arguments.addAll(Arrays.asList(settings));
		return new SpringApplicationBuilder(application).web(container.type)
			.bannerMode(Banner.Mode.OFF)
			.run(arguments.toArray(String[]::new));
	}

	static int port(ConfigurableApplicationContext context) {
		return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	enum Container {

		TOMCAT(WebApplicationType.SERVLET, TomcatServletWebServerAutoConfiguration.class,
				TomcatReactiveWebServerAutoConfiguration.class),

		JETTY(WebApplicationType.SERVLET, JettyServletWebServerAutoConfiguration.class,
				JettyReactiveWebServerAutoConfiguration.class),

		NETTY(WebApplicationType.REACTIVE, NettyReactiveWebServerAutoConfiguration.class);

		private final WebApplicationType type;

		private final List<Class<?>> autoConfigurations;

		Container(WebApplicationType type, Class<?>... autoConfigurations) {
			this.type = type;
			this.autoConfigurations = List.of(autoConfigurations);
		}

	}

}
