package io.eventsource.pages;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.launchdarkly.eventsource.ErrorStrategy;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventTopics;
import io.eventsource.web.EventSourceEndpoint;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.sse.EventSourceListener;
import reactor.core.publisher.Flux;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * What the code on the pages uses but does not declare: the types and fields of the
 * reader's own application. Nothing here is ever called; where code of a page is run, the
 * test that runs it has what it needs.
 */
@SuppressWarnings("unused")
public final class Surroundings {

	/** What an editor would import for code of the pages. */
	private static final List<String> IMPORTS = List.of("io.eventsource.*", "io.eventsource.web.*", "java.io.*",
			"java.net.*", "java.nio.charset.StandardCharsets", "java.security.Principal", "java.time.*", "java.util.*",
			"java.util.concurrent.*", "java.util.stream.*", "jakarta.servlet.http.*",
			"org.jspecify.annotations.Nullable", "org.springframework.amqp.core.Message",
			"org.springframework.amqp.rabbit.annotation.Queue",
			"org.springframework.amqp.rabbit.annotation.RabbitListener",
			"org.springframework.beans.factory.annotation.*", "org.springframework.context.annotation.*",
			"org.springframework.core.annotation.*", "org.springframework.http.*",
			"org.springframework.http.codec.ServerSentEvent", "org.springframework.kafka.annotation.*",
			"org.springframework.scheduling.annotation.*", "org.springframework.security.config.Customizer",
			"org.springframework.security.core.AuthenticationException",
			"org.springframework.security.web.authentication.HttpStatusEntryPoint",
			"org.springframework.security.web.util.matcher.*",
			"org.springframework.security.config.annotation.web.builders.HttpSecurity",
			"org.springframework.security.oauth2.server.resource.web.*",
			"org.springframework.security.web.SecurityFilterChain", "org.springframework.transaction.annotation.*",
			"org.springframework.transaction.event.*", "org.springframework.web.bind.annotation.*",
			"org.springframework.web.reactive.function.client.WebClient",
			"org.springframework.web.server.ResponseStatusException",
			"org.springframework.web.servlet.mvc.method.annotation.SseEmitter", "org.springframework.web.util.WebUtils",
			"org.apache.kafka.clients.consumer.ConsumerRecord", "io.reactivex.rxjava3.core.*",
			"reactor.core.publisher.*", "reactor.core.publisher.Sinks.EmitFailureHandler",
			"reactor.core.scheduler.Schedulers");

	private static final List<String> CLIENTS = List.of("java.io.*", "java.net.*", "java.net.http.*", "java.time.*",
			"java.util.concurrent.TimeUnit", "java.util.stream.*", "okhttp3.Interceptor", "okhttp3.Request",
			"okhttp3.Response", "org.springframework.http.HttpStatus", "org.springframework.http.codec.ServerSentEvent",
			"org.springframework.web.reactive.function.client.*", "reactor.core.publisher.*",
			"reactor.util.retry.Retry");

	/** The first place whose text is in the code is the one that counts. */
	private static final List<Place> PLACES = List.of(
			new Place("docs/clients.md", "EventSources.createFactory", OkHttpSse.class, with(CLIENTS, "okhttp3.sse.*")),
			new Place("docs/clients.md", "ErrorStrategy", LaunchDarkly.class,
					with(CLIENTS, "com.launchdarkly.eventsource.*")),
			new Place("docs/clients.md", "errorStrategy(", LaunchDarklyBuilder.class,
					with(CLIENTS, "com.launchdarkly.eventsource.*")),
			new Place("docs/clients.md", "ServerSentEvent", SpringWebClient.class, CLIENTS),
			new Place("docs/clients.md", "HttpRequest", JdkClient.class, CLIENTS),
			new Place("docs/topics.md", "", TopicsPage.class, IMPORTS),
			new Place("docs/security.md", "String issue(", TicketOffice.class, IMPORTS),
			new Place("docs/security.md", "", SecurityPage.class, IMPORTS),
			new Place("", "", FirstPages.class, IMPORTS));

	private Surroundings() {
	}

	/**
	 * The imports for code of the pages, as they stand in a file.
	 */
	public static String imports() {
		return IMPORTS.stream().map("import %s;\n"::formatted).collect(Collectors.joining());
	}

	/**
	 * Makes a class of a piece of code.
	 * @param name the name of the class
	 */
	static String surround(String name, Page.Block block) {
		Place place = PLACES.stream().filter((candidate) -> candidate.matches(block)).findFirst().orElseThrow();
		return JavaCode.surround(name, place.surroundings(), place.imports(), block.code());
	}

	private static List<String> with(List<String> imports, String more) {
		return Stream.concat(imports.stream(), Stream.of(more)).toList();
	}

	private record Place(String page, String text, Class<?> surroundings, List<String> imports) {

		private boolean matches(Page.Block block) {
			return (this.page.isEmpty() || this.page.equals(block.page())) && block.code().contains(this.text);
		}

	}

	abstract static class FirstPages {

		protected EventSourceEndpoint endpoint;

		protected LanguageModel model;

		protected EventChannel messages;

		protected EventTopics notifications;

		protected String user;

		protected String text;

		protected Object price;

		protected EventTopics rooms;

		protected String room;

		protected Object message;

		protected record Message(String user, String text) {

		}

		protected record Order(String id) {

		}

		protected interface OrderRepository {

			List<Order> after(String lastEventId, int limit);

		}

		protected interface Customers {

			boolean contains(String name);

		}

		protected record Cart(String user) {

		}

		protected interface Carts {

			Flux<Cart> of(String user);

		}

		protected interface LanguageModel {

			Flux<Event> tokens(String question);

		}

	}

	abstract static class TopicsPage {

		protected EventSourceEndpoint endpoint;

		protected EventTopics rooms;

		protected String room;

		protected Object message;

		protected EventTopics notifications;

		protected String user;

		protected String text;

		protected EventTopics orders;

		protected Order order;

		protected EventTopics imports;

		protected Importer importer;

		protected EventTopics answers;

		protected LanguageModel model;

		protected record Order(String id) {

		}

		protected interface Rooms {

			boolean isMember(String room, String user);

		}

		protected interface Importer {

			Flux<Integer> run(String file);

		}

		protected interface LanguageModel {

			Flux<String> tokens(String question);

		}

	}

	abstract static class SecurityPage {

		protected TicketOffice tickets;

		protected EventSourceEndpoint streams;

		protected record Ticket(java.security.Principal user, Instant expires) {

		}

		protected interface Tickets {

			Ticket find(String id);

		}

		protected record Member(boolean moderator) {

		}

		protected interface Rooms {

			Member member(String room, String user);

		}

	}

	abstract static class TicketOffice {

		protected Map<String, Ticket> tickets;

		protected Duration lifetime;

		abstract String issue(java.security.Principal user);

		protected record Ticket(java.security.Principal user, Instant expires) {

		}

	}

	abstract static class OkHttpSse extends EventSourceListener {

		protected OkHttpClient http;

		protected URI uri;

		protected okhttp3.sse.EventSource source;

		protected String lastEventId;

		protected Recorder seen;

		abstract void comeBack();

	}

	abstract static class LaunchDarkly {

	}

	abstract static class LaunchDarklyBuilder {

		protected URI uri;

		protected com.launchdarkly.eventsource.EventSource source;

		abstract Interceptor refusing204();

		abstract ErrorStrategy untilRefused();

	}

	abstract static class SpringWebClient {

		protected static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT = null;

		protected WebClient client;

		protected URI uri;

		protected String lastEventId;

		protected Recorder seen;

		protected static final class Ended extends RuntimeException {

		}

	}

	abstract static class JdkClient {

		protected static HttpClient http;

		protected URI uri;

		protected Stream<String> lines;

		protected String lastEventId;

		protected String id;

		protected String type;

		protected StringBuilder data;

		protected Recorder seen;

	}

	/**
	 * Is told what a client gets.
	 */
	interface Recorder {

		void opened();

		void event(String type, String data, String lastEventId);

		void stopped();

	}

}
