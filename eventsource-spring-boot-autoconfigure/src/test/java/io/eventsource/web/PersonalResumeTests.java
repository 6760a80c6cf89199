package io.eventsource.web;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Who gives a client of a stream of its own what it has missed: its publisher, a history,
 * or nobody, which it is told.
 */
class PersonalResumeTests {

	private static final String UNKNOWN = "{\"cause\":\"unknown\"}";

	private static final String RESTARTED = "{\"cause\":\"restarted\"}";

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void historyIsAskedForWhatWasMissed(TestServer.Container container) throws Exception {
		start(container);
		assertThat(resumed("/events/stored", "2", 3)).containsExactly("3", "4", "live");
		assertThat(this.server.bean(Application.class).questions).containsExactly("stored after 2");
	}

	@ParameterizedTest
	@EachContainer
	void clientIsToldWhereTheHistoryDoesNotKnowItsEvent(TestServer.Container container) throws Exception {
		start(container);
		assertThat(resumed("/events/stored", "77", 2)).containsExactly(UNKNOWN, "live");
	}

	@ParameterizedTest
	@EachContainer
	void historyIsNotAskedWherePublishersSayThatTheyResume(TestServer.Container container) throws Exception {
		start(container);
		assertThat(resumed("/events/resuming", "2", 3)).containsExactly("3", "4", "live");
		// Even of an id that looks as if a stream had given it
		assertThat(resumed("/events/resuming", foreign(), 1)).containsExactly("live");
		assertThat(this.server.bean(Application.class).questions).isEmpty();
	}

	@ParameterizedTest
	@EachContainer
	void publisherIsTrustedToResumeWhereThereIsNoHistory(TestServer.Container container) throws Exception {
		start(container);
		assertThat(resumed("/events/trusted", "2", 3)).containsExactly("3", "4", "live");
		// Eleven characters, a dash and a number, as ids of streams once were
		assertThat(resumed("/events/trusted", "payments-10-77", 1)).containsExactly("live");
		assertThat(resumed("/events/trusted", foreign(), 2)).containsExactly(RESTARTED, "live");
	}

	@ParameterizedTest
	@EachContainer
	void clientIsToldNothingWhereTheControllerSaysThatItsPublisherResumed(TestServer.Container container)
			throws Exception {
		start(container);
		assertThat(resumed("/resumed", "2", 3)).containsExactly("3", "4", "live");
		assertThat(resumed("/resumed?lastEventId=2", null, 3)).containsExactly("3", "4", "live");
		assertThat(resumed("/resumed", "77", 2)).containsExactly(UNKNOWN, "live");
		assertThat(resumed("/resumed", null, 1)).containsExactly("live");
	}

	@ParameterizedTest
	@EachContainer
	void clientIsToldWhereTheControllerSaysNothing(TestServer.Container container) throws Exception {
		start(container);
		assertThat(resumed("/opened", "2", 2)).containsExactly(UNKNOWN, "live");
		assertThat(resumed("/opened", null, 1)).containsExactly("live");
	}

	@ParameterizedTest
	@EachContainer
	void clientThatWasSentNothingResumesByTheIdThatItsPublisherBeganWith(TestServer.Container container)
			throws Exception {
		start(container);
		String lastEventId;
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/announced"))) {
			await().until(() -> !client.lastEventId().isEmpty());
			lastEventId = client.lastEventId();
			assertThat(client.data()).isEmpty();
		}
		assertThat(lastEventId).isEqualTo("3");
		assertThat(resumed("/events/announced", lastEventId, 1)).containsExactly("4");
	}

	/** An id that another stream has given. */
	private String foreign() throws Exception {
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/shared"))) {
			await().until(() -> client.count() > 0);
			return client.lastEventId();
		}
	}

	private List<String> resumed(String path, @Nullable String lastEventId, int count) throws Exception {
		String[] headers = (lastEventId != null) ? new String[] { "Last-Event-ID", lastEventId } : new String[0];
		try (StreamClient client = StreamClient.connect(this.server.uri(path), headers)) {
			await().until(() -> client.count() >= count
					&& client.data().contains((count == 1 && path.contains("announced")) ? "4" : "live"));
			return client.data();
		}
	}

	private void start(TestServer.Container container) {
		this.server = TestServer.start(container, Application.class);
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		private final List<String> questions = Collections.synchronizedList(new ArrayList<>());

		private static List<Event> after(@Nullable String id) {
			List<String> ids = List.of("1", "2", "3", "4");
			int index = (id != null) ? ids.indexOf(id) : -1;
			return (index < 0) ? List.of()
					: ids.stream().skip(index + 1).map((each) -> Event.builder().id(each).data(each).build()).toList();
		}

		private static Flux<Event> live() {
			return Flux.concat(Flux.just(Event.builder().id("live").data("live").build()), Flux.never());
		}

		private static Flux<Event> resumed(EventClient client) {
			return Flux.fromIterable(after(client.lastEventId())).concatWith(live());
		}

		@Bean
		PersonalStream stored() {
			return (client) -> live();
		}

		@Bean
		PersonalStream resuming() {
			return PersonalStream.resuming(Application::resumed);
		}

		@Bean
		PersonalStream trusted() {
			return Application::resumed;
		}

		@Bean
		PersonalStream announced() {
			return PersonalStream.resuming((client) -> (client.lastEventId() == null)
					? Flux.concat(Flux.just(Event.builder().id("3").build()), Flux.never())
					: Flux.concat(Flux.fromIterable(after(client.lastEventId())), Flux.never()));
		}

		@Bean
		Flux<Event> shared() {
			return Flux.concat(Flux.just(Event.of("x")), Flux.never());
		}

		@Bean
		@Qualifier("stored")
		EventHistory storedHistory() {
			return history();
		}

		@Bean
		@Qualifier("resuming")
		EventHistory resumingHistory() {
			return history();
		}

		private EventHistory history() {
			return (lastEventId, client, limit) -> {
				this.questions.add(client.stream() + " after " + lastEventId);
				return lastEventId.equals("77") ? null : after(lastEventId).stream();
			};
		}

		@GetMapping("/resumed")
		SseEmitter resumed(HttpServletRequest request, HttpServletResponse response) throws IOException {
			String id = EventSourceEndpoint.lastEventId(request);
			List<Event> missed = after(id);
			return endpoint(request).open(Flux.fromIterable(missed).concatWith(live()), missed.isEmpty() ? null : id,
					request, response);
		}

		@GetMapping("/opened")
		SseEmitter opened(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return endpoint(request).open(live(), request, response);
		}

		private static EventSourceEndpoint endpoint(HttpServletRequest request) {
			return org.springframework.web.context.support.WebApplicationContextUtils
				.getRequiredWebApplicationContext(request.getServletContext())
				.getBean(EventSourceEndpoint.class);
		}

	}

}
