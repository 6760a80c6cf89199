package io.eventsource.autoconfigure;

import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import io.eventsource.web.Admission;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamAdmission;
import io.eventsource.web.StreamClient;
import io.eventsource.web.StreamDefinition;
import io.eventsource.web.TestServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Flux;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that was processed ahead of time serves what it serves otherwise.
 */
class AheadOfTimeTests {

	private static final TestPropertyValues PROPERTIES = TestPropertyValues.of("server.port=0",
			"server.address=127.0.0.1", "server.shutdown=immediate", TestServer.without(TestServer.SECURITY),
			"eventsource.path=/live", "eventsource.buffer-size=99", "eventsource.streams.flux.overflow=conflate",
			"eventsource.streams.flux.history.max-events=7", "eventsource.streams.flux.restart.min-delay=2s",
			"eventsource.streams.spring-events.subscription=per-client",
			"eventsource.streams.channel.path=/my/channel");

	@Test
	@CompileWithForkedClassLoader
	void processedApplicationServesTheSameStreamsInTheSameWay() {
		List<String> processed = processed(AheadOfTimeTests::describe);
		assertThat(processed).isEqualTo(plain(AheadOfTimeTests::describe))
			.contains("flux: a", "springEvents: b", "anySpringEvents: c", "subtype: d", "personal: e", "made: h",
					"history: g", "admitted: [request 1, request 2]", "channel: {\"text\":\"f\"}", "intercepted: yes",
					"cors: https://example.org");
		assertThat(processed).filteredOn((line) -> line.contains("StreamSettings"))
			.extracting((stream) -> stream.substring(0, stream.indexOf(' ')))
			.containsExactly("flux", "channel", "publisher", "flow", "springEvents", "anySpringEvents", "wildcard",
					"subtype", "personal", "made");
	}

	@Test
	void methodThatSpringMvcCallsIsReachable() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		Class<?> handler = Class.forName("io.eventsource.web.EventSourceHandlerMapping$Handler");
		Method method = ReflectionUtils.findMethod(handler, "handle", HttpServletRequest.class,
				HttpServletResponse.class);
		assertThat(EventSourceAutoConfiguration.class.getAnnotation(ImportRuntimeHints.class).value())
			.containsExactly(EventSourceRuntimeHints.class);
		new EventSourceRuntimeHints().registerHints(hints, ClassUtils.getDefaultClassLoader());
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method)).accepts(hints);
	}

	@Test
	void filesOfTheConsoleAreReachable() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		assertThat(EventSourceConsoleAutoConfiguration.class.getAnnotation(ImportRuntimeHints.class).value())
			.containsExactly(ConsoleRuntimeHints.class);
		new ConsoleRuntimeHints().registerHints(hints, ClassUtils.getDefaultClassLoader());
		try (Stream<Path> files = Files.list(Path.of("src/main/resources/io/eventsource/console"))) {
			assertThat(files.map((file) -> "io/eventsource/console/" + file.getFileName())).hasSizeGreaterThan(5)
				.allMatch((file) -> RuntimeHintsPredicates.resource().forResource(file).test(hints));
		}
	}

	private static <T> T plain(Function<ServletWebServerApplicationContext, T> observation) {
		try (AnnotationConfigServletWebServerApplicationContext context = new AnnotationConfigServletWebServerApplicationContext()) {
			PROPERTIES.applyTo(context);
			context.register(Application.class);
			context.refresh();
			return observation.apply(context);
		}
	}

	@SuppressWarnings("unchecked")
	private static <T> T processed(Function<ServletWebServerApplicationContext, T> observation) {
		TestGenerationContext generation = new TestGenerationContext();
		try (AnnotationConfigServletWebServerApplicationContext context = new AnnotationConfigServletWebServerApplicationContext()) {
			PROPERTIES.applyTo(context);
			context.register(Application.class);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			generation.writeGeneratedContent();
		}
		AtomicReference<T> result = new AtomicReference<>();
		TestCompiler.forSystem().with(generation).compile((compiled) -> {
			try (ServletWebServerApplicationContext context = new ServletWebServerApplicationContext()) {
				PROPERTIES.applyTo(context);
				compiled.getInstance(ApplicationContextInitializer.class).initialize(context);
				context.refresh();
				result.set(observation.apply(context));
			}
		});
		return result.get();
	}

	/** What the application serves by its own account, and what a client gets. */
	private static List<String> describe(ServletWebServerApplicationContext context) {
		List<String> seen = new ArrayList<>();
		for (StreamDefinition stream : context.getBean(EventSourceEndpoint.class).definitions()) {
			seen.add(stream.name() + " at " + stream.paths() + (stream.source().perClient() ? " per client" : "")
					+ ((stream.source().history() != null) ? " with a history" : "") + ": " + stream.settings());
		}
		seen.addAll(exchange(context));
		return seen;
	}

	private static List<String> exchange(ServletWebServerApplicationContext context) {
		List<String> seen = new ArrayList<>();
		String base = "http://127.0.0.1:" + context.getWebServer().getPort();
		try {
			seen.add("flux: " + data(base + "/live"));
			for (String stream : List.of("springEvents", "anySpringEvents", "subtype", "personal", "made")) {
				seen.add(stream + ": " + data(base + "/live/" + stream));
			}
			try (StreamClient client = StreamClient.connect(URI.create(base + "/my/channel"), "Last-Event-ID", "x")) {
				await().until(() -> client.count() > 0);
				context.getBean(EventChannel.class).publish(Event.of(new Text("f")));
				await().until(() -> client.count() > 1);
				seen.add("history: " + client.data().get(0));
				seen.add("channel: " + client.data().get(1));
			}
			data(base + "/live/made");
			seen.add("admitted: " + context.getBean(Admitted.class).requests());
			HttpResponse<Void> answer = HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create(base + "/live/publisher"))
					.method("HEAD", HttpRequest.BodyPublishers.noBody())
					.header("Origin", "https://example.org")
					.build(), HttpResponse.BodyHandlers.discarding());
			seen.add("intercepted: " + answer.headers().firstValue("Intercepted").orElse("no"));
			seen.add("cors: " + answer.headers().firstValue("Access-Control-Allow-Origin").orElse("no"));
		}
		catch (Exception ex) {
			throw new IllegalStateException("After " + seen, ex);
		}
		return seen;
	}

	/** What the first event says. */
	private static String data(String uri) throws Exception {
		try (StreamClient client = StreamClient.connect(URI.create(uri))) {
			await().until(() -> client.count() > 0);
			return client.data().get(0);
		}
	}

	record Admitted(List<String> requests) {

	}

	static class PersonalFactory implements FactoryBean<PersonalStream> {

		@Override
		public PersonalStream getObject() {
			return (client) -> Flux.just(Event.of("h")).concatWith(Flux.never());
		}

		@Override
		public Class<?> getObjectType() {
			return PersonalStream.class;
		}

	}

	record Text(String text) {

	}

	/**
	 * A publisher that says by its class that it publishes events.
	 */
	static class Subtype implements Publisher<Event> {

		@Override
		public void subscribe(Subscriber<? super Event> subscriber) {
			Flux.just(Event.of("d")).concatWith(Flux.never()).subscribe(subscriber);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application implements WebMvcConfigurer {

		/** Not Tomcat, which cannot be there in two class loaders of one JVM. */
		@Bean
		JettyServletWebServerFactory container() {
			return new JettyServletWebServerFactory();
		}

		@Bean
		@Primary
		Flux<Event> flux() {
			return Flux.just(Event.of("a")).concatWith(Flux.never());
		}

		@Bean
		EventChannel channel() {
			return EventChannel.create();
		}

		@Bean
		Publisher<Event> publisher() {
			return Flux.never();
		}

		@Bean
		Flow.Publisher<Event> flow() {
			return FlowAdapters.toFlowPublisher(Flux.never());
		}

		@Bean
		Flux<ServerSentEvent<String>> springEvents() {
			return Flux.just(ServerSentEvent.builder("b").build()).concatWith(Flux.never());
		}

		@Bean
		Flux<ServerSentEvent<?>> anySpringEvents() {
			return Flux.<ServerSentEvent<?>>just(ServerSentEvent.builder("c").build()).concatWith(Flux.never());
		}

		@Bean
		Flux<? extends Event> wildcard() {
			return Flux.never();
		}

		@Bean
		Subtype subtype() {
			return new Subtype();
		}

		@Bean
		PersonalStream personal() {
			return (client) -> Flux.just(Event.of("e")).concatWith(Flux.never());
		}

		@Bean
		FactoryBean<PersonalStream> made() {
			return new PersonalFactory();
		}

		@Bean
		Admitted admitted() {
			return new Admitted(new CopyOnWriteArrayList<>());
		}

		@Bean
		@RequestScope(proxyMode = ScopedProxyMode.INTERFACES)
		@Qualifier("made")
		StreamAdmission ofRequest(Admitted admitted) {
			String request = "request " + (admitted.requests().size() + 1);
			return (client, http) -> {
				admitted.requests().add(request);
				return Admission.accept();
			};
		}

		@Bean
		@Qualifier("channel")
		EventHistory history() {
			return (lastEventId, client, limit) -> Stream.of(Event.of("g"));
		}

		@Bean
		Flux<String> texts() {
			return Flux.never();
		}

		@Bean
		Publisher<?> unknown() {
			return Flux.just(Event.of("secret"));
		}

		@Bean(autowireCandidate = false)
		Flux<Event> internal() {
			return Flux.never();
		}

		@Bean
		@Scope("prototype")
		Flux<Event> prototype() {
			return Flux.never();
		}

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			registry.addMapping("/live/**").allowedOrigins("https://example.org");
		}

		@Override
		public void addInterceptors(InterceptorRegistry registry) {
			registry.addInterceptor(new HandlerInterceptor() {

				@Override
				public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
					response.setHeader("Intercepted", "yes");
					return true;
				}

			});
		}

	}

}
