package io.eventsource.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.StreamListener;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import kotlinx.coroutines.flow.FlowKt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.codec.ServerSentEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Beans of every kind that may publish events, as a client sees them; and those that say
 * that they publish something else, or do not say what, which no client ever sees.
 */
class PublisherKindsTests {

	private static final String REJECTED = "{\"cause\":\"rejected\"}";

	private static final String SECRET = "not for everybody";

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.start(TestServer.Container.TOMCAT, Application.class);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "flux", "publisher", "flowPublisher", "flowable", "observable", "kotlinFlow", "channel",
			"springFlux", "springFlowPublisher", "springFlowable" })
	void eventsOfEachKindOfPublisherArriveWithTypeDataAndId(String bean) throws Exception {
		try (StreamClient client = connect(bean)) {
			assertThat(client.head().statusCode()).isEqualTo(200);
			assertThat(client.awaitEnd().events()).containsExactly(
					new Received("greeting", "Hello from " + bean, bean + " 1"),
					new Received("message", "{\"number\":2}", bean + " 2"),
					new Received("farewell", "Two\nlines", bean + " 3"));
			assertThat(client.comments()).containsOnlyOnce("from " + bean);
			assertThat(client.reconnectionTime()).isEqualTo(Duration.ofSeconds(7));
		}
	}

	@Test
	void eventsSubmittedToAPublisherOfTheJdkArrive() throws Exception {
		SubmissionPublisher<Event> publisher = server.bean(Application.class).submissionPublisher;
		try (StreamClient client = connect("submissionPublisher")) {
			await().until(() -> publisher.getNumberOfSubscribers() == 1);
			events("submissionPublisher").forEach(publisher::submit);
			publisher.close();
			assertThat(client.awaitEnd().events()).extracting(Received::lastEventId)
				.containsExactly("submissionPublisher 1", "submissionPublisher 2", "submissionPublisher 3");
		}
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "texts", "text", "flowableTexts", "kotlinTexts", "objects", "unknown", "unknownFlux", "raw" })
	void publisherThatDoesNotSayThatItPublishesEventsIsNotThere(String bean) throws Exception {
		assertThat(server.context().containsBean(bean)).isTrue();
		try (StreamClient client = connect(bean)) {
			assertThat(client.head().statusCode()).isEqualTo(404);
			assertThat(client.awaitEnd().events()).isEmpty();
		}
	}

	@Test
	void publishersOfEventsAreServedAndNoOthers() {
		assertThat(server.bean(EventSourceEndpoint.class).definitions()).extracting(StreamDefinition::name)
			.containsExactlyInAnyOrder("flux", "publisher", "flowPublisher", "submissionPublisher", "flowable",
					"observable", "kotlinFlow", "channel", "springFlux", "springFlowPublisher", "springFlowable",
					"springFaults");
	}

	@Test
	void springEventThatCannotBeSentIsLeftOutAndToldToTheListener() throws Exception {
		try (StreamClient client = connect("springFaults")) {
			assertThat(client.awaitEnd().data()).containsExactly("before", REJECTED, REJECTED, "between", REJECTED,
					REJECTED, "after");
		}
		Rejections rejections = server.bean(Rejections.class);
		assertThat(rejections.streams).containsOnly("springFaults");
		assertThat(rejections.elements).isEqualTo(Application.FAULTS);
		assertThat(rejections.causes).hasOnlyElementsOfType(IllegalArgumentException.class)
			.extracting(Throwable::getMessage)
			.satisfiesExactly((message) -> assertThat(message).contains("id", "NUL"),
					(message) -> assertThat(message).contains("id", "1024"),
					(message) -> assertThat(message).contains("reconnection time", "negative"),
					(message) -> assertThat(message).contains("must have data"));
	}

	private static StreamClient connect(String bean) throws Exception {
		return StreamClient.connect(server.uri("/events/" + bean));
	}

	private static List<Event> events(String bean) {
		return List.of(Event.builder().id(bean + " 1").type("greeting").data("Hello from " + bean).build(),
				Event.builder().id(bean + " 2").data(Map.of("number", 2)).comment("from " + bean).build(),
				Event.builder()
					.id(bean + " 3")
					.type("farewell")
					.data("Two\nlines")
					.retry(Duration.ofSeconds(7))
					.build());
	}

	private static <T> List<ServerSentEvent<T>> springEvents(String bean, T first, T second, T third) {
		return List.of(ServerSentEvent.builder(first).id(bean + " 1").event("greeting").build(),
				ServerSentEvent.builder(second).id(bean + " 2").comment("from " + bean).build(),
				ServerSentEvent.builder(third).id(bean + " 3").event("farewell").retry(Duration.ofSeconds(7)).build());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		/** None with a line break: Spring refuses to build those. */
		static final List<ServerSentEvent<String>> FAULTS = List.of(
				ServerSentEvent.<String>builder().id("a\0b").data("NUL").build(),
				ServerSentEvent.<String>builder().id("x".repeat(1025)).data("long id").build(),
				ServerSentEvent.<String>builder().retry(Duration.ofSeconds(-1)).data("negative").build(),
				ServerSentEvent.<String>builder().build());

		final SubmissionPublisher<Event> submissionPublisher = new SubmissionPublisher<>();

		@Bean
		Flux<Event> flux() {
			return Flux.fromIterable(events("flux"));
		}

		@Bean
		Publisher<Event> publisher() {
			return Flux.fromIterable(events("publisher"))::subscribe;
		}

		@Bean
		Flow.Publisher<Event> flowPublisher() {
			return ofJdk(events("flowPublisher"));
		}

		@Bean
		SubmissionPublisher<Event> submissionPublisher() {
			return this.submissionPublisher;
		}

		@Bean
		Flowable<Event> flowable() {
			return Flowable.fromIterable(events("flowable"));
		}

		@Bean
		Observable<Event> observable() {
			return Observable.fromIterable(events("observable"));
		}

		@Bean
		kotlinx.coroutines.flow.Flow<Event> kotlinFlow() {
			return FlowKt.asFlow(events("kotlinFlow"));
		}

		@Bean
		EventChannel channel() {
			EventChannel channel = EventChannel.create();
			events("channel").forEach(channel::publish);
			channel.complete();
			return channel;
		}

		@Bean
		Flux<ServerSentEvent<String>> springFlux() {
			return Flux
				.fromIterable(springEvents("springFlux", "Hello from springFlux", "{\"number\":2}", "Two\nlines"));
		}

		@Bean
		Flow.Publisher<ServerSentEvent<?>> springFlowPublisher() {
			return ofJdk(springEvents("springFlowPublisher", "Hello from springFlowPublisher", Map.of("number", 2),
					"Two\nlines"));
		}

		@Bean
		Flowable<ServerSentEvent<?>> springFlowable() {
			return Flowable.fromIterable(
					springEvents("springFlowable", "Hello from springFlowable", Map.of("number", 2), "Two\nlines"));
		}

		@Bean
		Flux<ServerSentEvent<String>> springFaults() {
			return Flux.just(text("before"), FAULTS.get(0), FAULTS.get(1), text("between"), FAULTS.get(2),
					FAULTS.get(3), text("after"));
		}

		@Bean
		Rejections rejections() {
			return new Rejections();
		}

		@Bean
		Flux<String> texts() {
			return Flux.just(SECRET);
		}

		@Bean
		Mono<String> text() {
			return Mono.just(SECRET);
		}

		@Bean
		Flowable<String> flowableTexts() {
			return Flowable.just(SECRET);
		}

		@Bean
		kotlinx.coroutines.flow.Flow<String> kotlinTexts() {
			return FlowKt.asFlow(List.of(SECRET));
		}

		@Bean
		Publisher<Object> objects() {
			return Flux.just(Event.of(SECRET));
		}

		@Bean
		Publisher<?> unknown() {
			return Flux.just(Event.of(SECRET));
		}

		@Bean
		Flux<?> unknownFlux() {
			return Flux.just(Event.of(SECRET));
		}

		@Bean
		@SuppressWarnings("rawtypes")
		Publisher raw() {
			return Flux.just(Event.of(SECRET));
		}

		private static ServerSentEvent<String> text(String text) {
			return ServerSentEvent.builder(text).build();
		}

		/** Not by an adapter, which would be taken off again. */
		private static <T> Flow.Publisher<T> ofJdk(List<? extends T> elements) {
			return (subscriber) -> Flux.<T>fromIterable(elements).subscribe(FlowAdapters.toSubscriber(subscriber));
		}

	}

	/**
	 * What was left out, where, and why.
	 */
	static class Rejections implements StreamListener {

		private final List<String> streams = new CopyOnWriteArrayList<>();

		private final List<Object> elements = new CopyOnWriteArrayList<>();

		private final List<Throwable> causes = new CopyOnWriteArrayList<>();

		@Override
		public void eventRejected(String stream, Object element, Throwable cause) {
			this.streams.add(stream);
			this.elements.add(element);
			this.causes.add(cause);
		}

	}

}
