package io.eventsource.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams in an application whose requests talk to a database, with the open-in-view
 * interceptor that Spring Boot adds.
 */
@ExtendWith(OutputCaptureExtension.class)
class OpenInViewTests {

	private static final int POOL = 2;

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final List<StreamClient> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		if (this.server != null) {
			this.server.close();
		}
	}

	static Stream<Arguments> containersAndPaths() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Stream.of("/events/messages", "/my/own/path", "/my/own/publisher")
				.map((path) -> Arguments.of(container, path)));
	}

	@ParameterizedTest
	@MethodSource("containersAndPaths")
	void openStreamsHoldNoConnectionOfThePool(TestServer.Container container, String path, CapturedOutput output)
			throws Exception {
		this.server = TestServer.start(container, Application.class, TestServer.without(TestServer.SECURITY),
				"spring.datasource.hikari.maximum-pool-size=" + POOL,
				"spring.datasource.hikari.connection-timeout=1000", "eventsource.heartbeat=100ms");
		for (int i = 0; i < POOL + 8; i++) {
			StreamClient client = StreamClient.connect(this.server.uri(path));
			this.open.add(client);
			assertThat(client.head().statusCode()).isEqualTo(200);
		}
		await().until(() -> activeConnections() == 0);
		assertThat(rows()).isEqualTo("1");
		assertThat(this.open).noneMatch(StreamClient::hasEnded);
		this.server.bean(EventChannel.class).publish(Event.of("hello"));
		await().until(() -> this.open.stream().allMatch((client) -> client.count() == 1));
		this.open.forEach(StreamClient::close);
		assertThat(rows()).isEqualTo("1");
		await().until(() -> activeConnections() == 0);
		assertThat(output).doesNotContain(" ERROR ");
	}

	private int activeConnections() {
		return this.server.bean(HikariDataSource.class).getHikariPoolMXBean().getActiveConnections();
	}

	private String rows() throws Exception {
		HttpResponse<String> response = this.http.send(
				HttpRequest.newBuilder(this.server.uri("/rows")).timeout(Patience.LIMIT).build(),
				HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		return response.body();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Database database(EntityManagerFactory factory) {
			return new Database(SharedEntityManagerCreator.createSharedEntityManager(factory));
		}

		@Bean
		WebMvcConfigurer queryingInterceptor(Database database) {
			return new WebMvcConfigurer() {

				@Override
				public void addInterceptors(InterceptorRegistry registry) {
					// Behind the one that opens the entity manager
					registry.addInterceptor(new QueryingInterceptor(database)).order(1);
				}

			};
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint, EventChannel messages, Database database) {
			return new Routes(endpoint, messages, database);
		}

	}

	/**
	 * A repository of the application.
	 *
	 * @param entityManager the one of the current request or transaction
	 */
	record Database(EntityManager entityManager) {

		String query() {
			return this.entityManager.createNativeQuery("select 1").getSingleResult().toString();
		}

	}

	/**
	 * Looks up who may see a stream, as an application would.
	 *
	 * @param database where to look
	 */
	record QueryingInterceptor(Database database) implements HandlerInterceptor {

		@Override
		public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
			return this.database.query().equals("1");
		}

	}

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		private final EventChannel messages;

		private final Database database;

		Routes(EventSourceEndpoint endpoint, EventChannel messages, Database database) {
			this.endpoint = endpoint;
			this.messages = messages;
			this.database = database;
		}

		@GetMapping("/rows")
		String rows() {
			return this.database.query();
		}

		@GetMapping("/my/own/path")
		SseEmitter messages(HttpServletRequest request, HttpServletResponse response) throws IOException {
			this.database.query();
			return this.endpoint.open("messages", request, response);
		}

		@GetMapping("/my/own/publisher")
		SseEmitter publisher(HttpServletRequest request, HttpServletResponse response) throws IOException {
			String first = this.database.query();
			return this.endpoint.open(Flux.just(first).concatWith(Flux.never()), request, response);
		}

	}

}
