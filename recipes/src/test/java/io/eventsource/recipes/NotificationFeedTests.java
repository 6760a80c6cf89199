package io.eventsource.recipes;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.eventsource.recipes.NotificationFeed.NotificationService;
import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class NotificationFeedTests {

	@Test
	void serviceIsSubscribedToOnceForAUserAndNotOnceForATab() throws Exception {
		try (Server server = Server.startSecured(List.of(NotificationFeed.class, Application.class),
				"eventsource.streams.notifications.topic=principal");
				Stream<String> one = open(server, "alice");
				Stream<String> two = open(server, "alice");
				Stream<String> three = open(server, "alice");
				Stream<String> bob = open(server, "bob")) {
			Application application = server.bean(Application.class);
			await().until(() -> server.clients("notifications") == 4);
			await().until(() -> application.feeds.size() == 2);
			application.feeds.get("alice").tryEmitNext("for alice").orThrow();
			application.feeds.get("bob").tryEmitNext("for bob").orThrow();
			for (Stream<String> tab : List.of(one, two, three)) {
				assertThat(Server.read(tab, "data", 1)).containsExactly("for alice");
			}
			assertThat(Server.read(bob, "data", 1)).containsExactly("for bob");
			assertThat(application.subscriptions).hasValue(2);
			assertThat(server.bean(EventSourceEndpoint.class).clients("notifications", "alice")).hasSize(3);
		}
	}

	private static Stream<String> open(Server server, String user) throws Exception {
		return server.send(server.request("/events/notifications", user).build()).body();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final Map<String, Sinks.Many<String>> feeds = new ConcurrentHashMap<>();

		private final AtomicInteger subscriptions = new AtomicInteger();

		@Bean
		NotificationService service() {
			return (user) -> this.feeds.computeIfAbsent(user, (name) -> Sinks.many().unicast().onBackpressureBuffer())
				.asFlux()
				.doOnSubscribe((subscription) -> this.subscriptions.incrementAndGet());
		}

	}

}
