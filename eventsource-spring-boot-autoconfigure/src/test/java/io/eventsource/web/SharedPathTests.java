package io.eventsource.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.eventsource.EventChannel;
import io.eventsource.web.TestServer.Container;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.io.Resource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.View;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.resource.PathResourceResolver;
import org.springframework.web.servlet.view.BeanNameViewResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A stream at a path where the application has something else: both are served, each to
 * those who ask for it.
 */
@ExtendWith(OutputCaptureExtension.class)
class SharedPathTests {

	/** What a browser sends that opens a page. */
	private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

	private static final String EVENTS = "text/event-stream";

	private static final HttpClient http = HttpClient.newHttpClient();

	private static final Map<Container, TestServer> servers = new EnumMap<>(Container.class);

	@AfterAll
	static void stop() {
		servers.values().forEach(TestServer::close);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			// path | Accept, or nothing | what is expected: a stream, or the body
			"/shared/json | text/event-stream | stream", "/shared/json | */* | json", "/shared/json | | json",
			"/shared/json | application/json | json", "/shared/json | application/json, text/event-stream | stream",
			"/shared/mute | text/event-stream | stream", "/shared/mute | */* | mute",
			"/shared/own | text/event-stream | data:own", "/shared/own | */* | data:own",
			"/shared/emitter | text/event-stream | data:emitter", "/shared/emitter | | data:emitter",
			"/shared/flux | text/event-stream | data:flux", "/shared/route | text/event-stream | stream",
			"/shared/route | */* | route", "/shared/route | | route", "/shared/view | BROWSER | view",
			"/shared/view | text/event-stream | stream", "/shared/page.html | BROWSER | page",
			"/shared/page.html | text/html | page", "/shared/page.html | image/png | page",
			"/shared/page.html | text/event-stream | stream", "/shared/page.html | */* | stream",
			"/shared/alone | BROWSER | stream", "/shared/alone | */* | stream", "/shared/alone | | stream",
			"/shared/alone | text/* | stream", "/shared/alone | text/html | 406", "/shared/alone | image/png | 406",
			"/patterns/stream | */* | stream", "/patterns/stream | text/event-stream | stream",
			"/patterns/stream | BROWSER | pattern", "/patterns/stream | application/json | pattern",
			"/shared/post | */* | stream" })
	void eachIsServedToThoseWhoAskForIt(String path, String accept, String expected) throws Exception {
		for (Container container : TestServer.containers()) {
			expect(server(container), path, accept, expected);
		}
	}

	@ParameterizedTest
	@EachContainer
	void otherMethodsOfASharedPathAreAnsweredByTheirHandler(Container container) throws Exception {
		HttpResponse<String> posted = http.send(HttpRequest.newBuilder(server(container).uri("/shared/post"))
			.POST(HttpRequest.BodyPublishers.noBody())
			.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(posted.body()).isEqualTo("posted");
		HttpResponse<String> refused = http.send(HttpRequest.newBuilder(server(container).uri("/shared/alone"))
			.POST(HttpRequest.BodyPublishers.noBody())
			.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(refused.statusCode()).isEqualTo(405);
		assertThat(refused.headers().firstValue("Allow").orElse("")).contains("GET");
	}

	@ParameterizedTest
	@EachContainer
	void startNamesThePathsThatAreShared(Container container, CapturedOutput output) {
		try (TestServer server = TestServer.start(container, Application.class, "eventsource.path=/shared")) {
			List<String> lines = output.toString()
				.lines()
				.filter((line) -> line.contains("The path '/shared/"))
				.toList();
			assertThat(lines).hasSize(7);
			assertThat(lines).filteredOn((line) -> line.contains("the stream is not served there"))
				.extracting((line) -> line.split("'")[1])
				.containsExactlyInAnyOrder("/shared/own", "/shared/emitter", "/shared/flux");
			assertThat(lines).filteredOn((line) -> line.contains("text/event-stream in their Accept"))
				.extracting((line) -> line.split("'")[1])
				.containsExactlyInAnyOrder("/shared/json", "/shared/mute", "/shared/route", "/shared/view");
		}
	}

	@ParameterizedTest
	@EachContainer
	void streamAtTheRootLeavesPagesToBrowsers(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, SinglePage.class, "eventsource.path=/",
				"eventsource.streams.page.path=/app/messages",
				"spring.web.resources.static-locations=classpath:/static-of-tests/")) {
			expect(server, "/", BROWSER, "welcome");
			expect(server, "/", "text/html", "welcome");
			expect(server, "/", EVENTS, "stream");
			expect(server, "/messages", EVENTS, "stream");
			expect(server, "/messages", "*/*", "stream");
			// A path of the single page, which has a stream of its name
			expect(server, "/app/messages", BROWSER, "welcome");
			expect(server, "/app/messages", EVENTS, "stream");
			expect(server, "/app/other", BROWSER, "welcome");
			expect(server, "/style.css", "text/css,*/*;q=0.1", "style");
			expect(server, "/webjars/jquery/3.7.1/jquery.slim.js", "*/*", "jQuery");
			expect(server, "/absent", BROWSER, "404");
		}
	}

	@ParameterizedTest
	@CsvSource({ "/context, /servlet", "'', /servlet", "/context, /" })
	void pathsAreRelativeToTheServlet(String context, String servlet) throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Relative.class, "eventsource.path=/shared",
				"server.servlet.context-path=" + context, "spring.mvc.servlet.path=" + servlet)) {
			String base = context + (servlet.equals("/") ? "" : servlet);
			expect(server, base + "/shared/json", EVENTS, "stream");
			expect(server, base + "/shared/json", "*/*", "json");
			expect(server, base + "/shared/alone", "*/*", "stream");
			expect(server, base + "/shared/page.html", BROWSER, "page");
		}
	}

	@Test
	void emptyPathLeavesAStreamToControllers() throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, ByController.class,
				"eventsource.streams.own.path=")) {
			expect(server, "/events/own", EVENTS, "404");
			expect(server, "/events", EVENTS, "404");
			expect(server, "/mine", EVENTS, "stream");
			expect(server, "/events/other", EVENTS, "stream");
		}
		try (TestServer server = TestServer.start(Container.JETTY, ByController.class, "eventsource.path=",
				"eventsource.streams.other.path=/others")) {
			expect(server, "/events/own", EVENTS, "404");
			expect(server, "/own", EVENTS, "404");
			expect(server, "/mine", EVENTS, "stream");
			expect(server, "/others", EVENTS, "stream");
		}
	}

	@ParameterizedTest
	@EachContainer
	void actuatorAtTheRootKeepsItsPathsAndLeavesTheOthers(Container container, CapturedOutput output) throws Exception {
		try (TestServer server = TestServer.start(container, ByController.class,
				"management.health.redis.enabled=false", "management.endpoints.web.base-path=/", "eventsource.path=/",
				"eventsource.streams.own.path=/health")) {
			expect(server, "/health", "*/*", "UP");
			expect(server, "/other", EVENTS, "stream");
			assertThat(output.toString().lines().filter((line) -> line.contains("The path '/health'"))).singleElement()
				.asString()
				.contains("the stream is not served there");
		}
	}

	@ParameterizedTest
	@EachContainer
	void pagesOfSpringBootAnswerBesideStreamsAtTheRoot(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, ByController.class, "eventsource.path=/",
				"management.health.redis.enabled=false")) {
			expect(server, "/actuator/health", "*/*", "UP");
			expect(server, "/absent", "*/*", "404");
			expect(server, "/other", "*/*", "stream");
		}
	}

	@Test
	void lettersOutsideAsciiAreSharedToo() throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class,
				"eventsource.streams.alone.path=/ereignisse/größe")) {
			expect(server, "/ereignisse/gr%C3%B6%C3%9Fe", EVENTS, "stream");
			expect(server, "/ereignisse/gr%C3%B6%C3%9Fe", "*/*", "umlaut");
		}
	}

	private static TestServer server(Container container) {
		return servers.computeIfAbsent(container,
				(key) -> TestServer.start(key, Application.class, "eventsource.path=/shared",
						"eventsource.streams.pattern.path=/patterns/stream",
						"spring.web.resources.static-locations=classpath:/static-of-tests/"));
	}

	private static void expect(TestServer server, String path, String accept, String expected) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path));
		if (accept != null) {
			request.header("Accept", accept.equals("BROWSER") ? BROWSER : accept);
		}
		HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
		String description = path + " for " + accept;
		try (InputStream body = response.body()) {
			if (expected.matches("\\d+")) {
				assertThat(response.statusCode()).as(description).isEqualTo(Integer.parseInt(expected));
				return;
			}
			assertThat(response.statusCode()).as(description).isEqualTo(200);
			String start = new String(body.readNBytes(6), StandardCharsets.UTF_8);
			// A stream has no end to read up to
			if (expected.equals("stream") || start.equals("retry:")) {
				assertThat(start).as(description).isEqualTo(expected.equals("stream") ? "retry:" : expected);
			}
			else {
				assertThat(start + new String(body.readAllBytes(), StandardCharsets.UTF_8)).as(description)
					.contains(expected);
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Relative implements WebMvcConfigurer {

		@Bean
		static StreamRegistrar streams() {
			return new StreamRegistrar("json", "mute", "own", "emitter", "flux", "route", "view", "page.html", "alone",
					"pattern", "post");
		}

		@Bean
		Controller controller() {
			return new Controller();
		}

		@Override
		public void addResourceHandlers(ResourceHandlerRegistry registry) {
			registry.addResourceHandler("/shared/*.html").addResourceLocations("classpath:/static-of-tests/");
		}

	}

	/**
	 * Without nested routes Spring can have a path of the servlet below one of the
	 * context.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Application extends Relative {

		@Bean
		RouterFunction<ServerResponse> routes() {
			return RouterFunctions.route()
				.path("/shared",
						(nested) -> nested.GET("/route", (request) -> ServerResponse.ok().body("route"))
							.POST("/alone/else", (request) -> ServerResponse.ok().build()))
				.build();
		}

		@Override
		public void addViewControllers(ViewControllerRegistry registry) {
			registry.addViewController("/shared/view").setViewName("text");
		}

		@Bean
		View text() {
			return new View() {

				@Override
				public String getContentType() {
					return "text/html";
				}

				@Override
				public void render(Map<String, ?> model, HttpServletRequest request, HttpServletResponse response)
						throws IOException {
					response.getWriter().write("view");
				}

			};
		}

		@Bean
		BeanNameViewResolver views() {
			return new BeanNameViewResolver();
		}

	}

	/**
	 * Declares channels of these names.
	 */
	record StreamRegistrar(String... names) implements BeanDefinitionRegistryPostProcessor {

		@Override
		public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
			for (String name : this.names) {
				registry.registerBeanDefinition(name, new RootBeanDefinition(EventChannel.class, EventChannel::create));
			}
		}

	}

	@RestController
	static class Controller {

		@GetMapping(path = "/shared/json", produces = "application/json")
		Map<String, String> json() {
			return Map.of("kind", "json");
		}

		@GetMapping("/shared/mute")
		String mute() {
			return "mute";
		}

		@GetMapping(path = "/shared/own", produces = EVENTS)
		String own() {
			return "data:own\n\n";
		}

		@GetMapping("/shared/emitter")
		ResponseEntity<SseEmitter> emitter() throws Exception {
			SseEmitter emitter = new SseEmitter();
			emitter.send("emitter");
			emitter.complete();
			return ResponseEntity.ok(emitter);
		}

		@GetMapping("/shared/flux")
		Flux<String> flux() {
			return Flux.just("flux");
		}

		@GetMapping("/patterns/{name}")
		String pattern() {
			return "pattern";
		}

		@PostMapping("/shared/post")
		String post() {
			return "posted";
		}

		@GetMapping("/ereignisse/größe")
		String umlaut() {
			return "umlaut";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SinglePage implements WebMvcConfigurer {

		@Bean
		@Primary
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		EventChannel page() {
			return EventChannel.create();
		}

		@Override
		public void addResourceHandlers(ResourceHandlerRegistry registry) {
			registry.addResourceHandler("/app/**")
				.addResourceLocations("classpath:/static-of-tests/")
				.resourceChain(false)
				.addResolver(new PathResourceResolver() {

					@Override
					protected Resource getResource(String path, Resource location) throws IOException {
						return location.createRelative("index.html");
					}

				});
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class ByController {

		private final EventSourceEndpoint endpoint;

		ByController(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@Bean
		static EventChannel own() {
			return EventChannel.create();
		}

		@Bean
		static EventChannel other() {
			return EventChannel.create();
		}

		@GetMapping("/mine")
		SseEmitter mine(HttpServletRequest request, HttpServletResponse response) throws Exception {
			return this.endpoint.open("own", request, response);
		}

	}

}
