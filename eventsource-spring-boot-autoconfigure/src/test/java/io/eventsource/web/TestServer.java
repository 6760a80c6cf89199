package io.eventsource.web;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.eventsource.StreamSnapshot;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.ConfigurableServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application on a real container and a random port.
 */
public final class TestServer implements AutoCloseable {

	/** On the class path for the tests that switch them on by an empty exclusion. */
	private static final String WITHOUT_DATABASE = "spring.autoconfigure.exclude="
			+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
			+ "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
			+ "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration";

	private final ServletWebServerApplicationContext context;

	private TestServer(ServletWebServerApplicationContext context) {
		this.context = context;
	}

	public static TestServer start(Container container, Class<?> application, String... properties) {
		List<String> all = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
				"server.address=127.0.0.1", "server.shutdown=immediate", "spring.jmx.enabled=false",
				"eventsource.shutdown.drain=0", WITHOUT_DATABASE));
		all.addAll(List.of(properties));
		return new TestServer((ServletWebServerApplicationContext) new SpringApplicationBuilder(Base.class, application)
			.web(WebApplicationType.SERVLET)
			.properties(all.toArray(String[]::new))
			.initializers((context) -> ((ServletWebServerApplicationContext) context)
				.registerBean(ConfigurableServletWebServerFactory.class, container.factory))
			.run());
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
