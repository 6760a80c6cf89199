package io.eventsource.web;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.eventsource.StreamSnapshot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.ConfigurableServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application on a real container and a random port.
 */
public final class TestServer implements AutoCloseable {

	/** On the class path for the tests of JPA. */
	public static final String DATABASE = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
			+ "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
			+ "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration";

	/** On the class path for the tests of Spring Security. */
	public static final String SECURITY = "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
			+ "org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration,"
			+ "org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.OAuth2ResourceServerWebSecurityAutoConfiguration";

	/** Tomcat warns of a machine that is slow to make its first random number. */
	private static final String QUIET = "logging.level.org.apache.catalina.util.SessionIdGeneratorBase=error";

	/**
	 * Whether Tomcat hands its sockets over to streams in all tests, and Jetty is left
	 * out: {@code -Dtomcat.direct.tests=true}.
	 */
	private static final boolean DIRECT = Boolean.getBoolean("tomcat.direct.tests");

	private static final String WITHOUT = "spring.autoconfigure.exclude=";

	private final ServletWebServerApplicationContext context;

	private TestServer(ServletWebServerApplicationContext context) {
		this.context = context;
	}

	public static TestServer start(Container container, Class<?> application, String... properties) {
		return start(container, null, application, properties);
	}

	/**
	 * Starts an application as the child of another context.
	 */
	public static TestServer start(Container container, @Nullable ConfigurableApplicationContext parent,
			Class<?> application, String... properties) {
		Assumptions.assumeFalse(DIRECT && container == Container.JETTY, "Only Tomcat hands its sockets over");
		List<String> all = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
				"server.address=127.0.0.1", "server.shutdown=immediate", "spring.jmx.enabled=false",
				"eventsource.shutdown.drain=0", QUIET, without(DATABASE, SECURITY)));
		all.add("eventsource.tomcat.direct=" + (DIRECT && container == Container.TOMCAT));
		all.addAll(List.of(properties));
		SpringApplicationBuilder builder = new SpringApplicationBuilder(Base.class, application);
		if (parent != null) {
			builder.parent(parent);
		}
		return new TestServer((ServletWebServerApplicationContext) builder.web(WebApplicationType.SERVLET)
			.properties(all.toArray(String[]::new))
			.initializers((context) -> ((ServletWebServerApplicationContext) context)
				.registerBean(ConfigurableServletWebServerFactory.class, container.factory))
			.run());
	}

	/**
	 * The property that leaves out what is on the class path for other tests.
	 */
	public static String without(String... configurations) {
		return WITHOUT + String.join(",", configurations);
	}

	/**
	 * The containers that this run is about.
	 */
	public static List<Container> containers() {
		return DIRECT ? List.of(Container.TOMCAT) : List.of(Container.values());
	}

	/**
	 * Whether a container hands its sockets over to streams.
	 */
	public static boolean isDirect(Container container) {
		return DIRECT && container == Container.TOMCAT;
	}

	public int port() {
		return this.context.getWebServer().getPort();
	}

	public URI uri(String path) {
		return URI.create("http://127.0.0.1:" + port() + path);
	}

	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public <T> T bean(String name, Class<T> type) {
		return this.context.getBean(name, type);
	}

	public ServletWebServerApplicationContext context() {
		return this.context;
	}

	/**
	 * How many clients the named stream has.
	 */
	public int clients(String stream) {
		return snapshot(stream).clients();
	}

	public StreamSnapshot snapshot(String stream) {
		return bean(EventSourceEndpoint.class).streams()
			.stream()
			.filter((candidate) -> candidate.name().equals(stream))
			.findFirst()
			.orElseThrow();
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * The containers that users have.
	 */
	public enum Container {

		TOMCAT(TomcatServletWebServerFactory::new),

		JETTY(JettyServletWebServerFactory::new);

		private final Supplier<ConfigurableServletWebServerFactory> factory;

		Container(Supplier<ConfigurableServletWebServerFactory> factory) {
			this.factory = factory;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Base {

	}

}
