package io.eventsource.recipes;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;

import io.eventsource.StreamSnapshot;
import io.eventsource.web.EventSourceEndpoint;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;

import static org.awaitility.Awaitility.await;

/**
 * An application with the classes of one recipe.
 */
final class Server implements AutoCloseable {

	private static final String WITHOUT_SECURITY = "spring.autoconfigure.exclude="
			+ "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration";

	static final String PASSWORD = "secret";

	private final HttpClient http = HttpClient.newHttpClient();

	private final ServletWebServerApplicationContext context;

	private Server(ServletWebServerApplicationContext context) {
		this.context = context;
	}

	/**
	 * Starts an application without Spring Security.
	 */
	static Server start(List<Class<?>> recipe, String... properties) {
		return run(recipe, Stream.concat(Stream.of(WITHOUT_SECURITY), Stream.of(properties)).toArray(String[]::new));
	}

	/**
	 * Starts an application with Spring Security, and the users that it knows.
	 */
	static Server startSecured(List<Class<?>> recipe, String... properties) {
		return run(Stream.concat(Stream.of(Users.class), recipe.stream()).toList(), properties);
	}

	private static Server run(List<Class<?>> recipe, String... properties) {
		SpringApplicationBuilder application = new SpringApplicationBuilder(Base.class)
			.sources(recipe.toArray(Class<?>[]::new))
			.properties("server.address=127.0.0.1", "server.port=0", "server.shutdown=immediate",
					"spring.main.banner-mode=off", "eventsource.shutdown.drain=0")
			.properties(properties);
		return new Server((ServletWebServerApplicationContext) application.run());
	}

	ApplicationContext context() {
		return this.context;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	int port() {
		return this.context.getWebServer().getPort();
	}

	HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path)).timeout(Patience.LIMIT);
	}

	/**
	 * A request of a user that Spring Security knows.
	 */
	HttpRequest.Builder request(String path, String user) {
		return request(path).header("Authorization", "Basic " + HttpHeaders.encodeBasicAuth(user, PASSWORD, null));
	}

	HttpResponse<Stream<String>> send(HttpRequest request) throws IOException, InterruptedException {
		return this.http.send(request, BodyHandlers.ofLines());
	}

	/**
	 * Connects to the stream of a bean.
	 */
	Stream<String> connect(String stream) throws Exception {
		return connect(stream, null);
	}

	/**
	 * Connects to the stream of a bean, behind an event where its id is given. When this
	 * returns, the client has its place.
	 */
	Stream<String> connect(String stream, String lastEventId) throws Exception {
		HttpRequest.Builder request = request("/events/" + stream);
		if (lastEventId != null) {
			request.header("Last-Event-ID", lastEventId);
		}
		Stream<String> lines = send(request.build()).body();
		await().until(() -> clients(stream) > 0);
		return lines;
	}

	int clients(String stream) {
		return snapshot(stream).clients();
	}

	StreamSnapshot snapshot(String stream) {
		return bean(EventSourceEndpoint.class).streams()
			.stream()
			.filter((candidate) -> candidate.name().equals(stream))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * What a client is told of the given number of events: the lines with their types,
	 * ids or data.
	 */
	static List<String> read(Stream<String> lines, String field, int count) {
		return lines.filter((line) -> line.startsWith(field + ": "))
			.map((line) -> line.substring(field.length() + 2))
			.limit(count)
			.toList();
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Base {

	}

	@Configuration(proxyBeanMethods = false)
	static class Users {

		@Bean
		UserDetailsService users() {
			return (name) -> User.withUsername(name).password("{noop}" + PASSWORD).build();
		}

	}

}
