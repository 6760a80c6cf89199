package io.eventsource.web;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.CloseReason;
import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.StreamListener;
import io.eventsource.web.TestServer.Container;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.context.annotation.SessionScope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Beans that are made for a request, a session, or each time anew are asked as their
 * scope says, and never those of another client.
 */
class BeanScopeTests {

	@ParameterizedTest
	@EachContainer
	void admissionOfEachScopeIsThatOfItsOwnRequest(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, Admissions.class)) {
			Map<String, List<String>> tenants = server.bean(Admissions.class).tenants;
			for (String stream : List.of("request", "interfaces", "bare", "prototype", "prototypeProxy", "session")) {
				for (String tenant : List.of("refused", "a", "b")) {
					try (StreamClient client = StreamClient.connect(server.uri("/events/" + stream), "Tenant",
							tenant)) {
						assertThat(client.head().statusCode()).as(stream)
							.isEqualTo(tenant.equals("refused") ? 403 : 200);
					}
				}
				assertThat(tenants.get(stream)).as(stream).containsExactly("refused of refused", "a of a", "b of b");
			}
		}
	}

	@Test
	void beanOfASessionIsThatOfItsSession() throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Admissions.class)) {
			String cookie;
			try (StreamClient client = StreamClient.connect(server.uri("/events/session"), "Tenant", "a")) {
				cookie = client.head().headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
			}
			try (StreamClient client = StreamClient.connect(server.uri("/events/session"), "Tenant", "b", "Cookie",
					cookie)) {
				assertThat(client.head().statusCode()).isEqualTo(200);
			}
			assertThat(server.bean(Admissions.class).tenants.get("session")).containsExactly("a of a", "b of a");
		}
	}

	@Test
	void prototypesAreMadeForEachUse() throws Exception {
		try (TestServer server = TestServer.start(Container.TOMCAT, Prototypes.class, "eventsource.heartbeat=200ms")) {
			Prototypes application = server.bean(Prototypes.class);
			try (StreamClient other = StreamClient.connect(server.uri("/events"), "Last-Event-ID", "other");
					StreamClient client = StreamClient.connect(server.uri("/events"), "Last-Event-ID", "unknown")) {
				await().until(() -> other.count() + client.count() > 1);
				server.bean(EventChannel.class).publish(Event.of(1));
				server.bean(EventChannel.class).publish(Event.of(2));
				await().untilAsserted(() -> assertThat(client.data()).contains("1", "2"));
			}
			await().until(() -> application.closed.get() == 2);
			assertThat(application.made).allSatisfy((kind, count) -> assertThat(count.get()).as(kind).isGreaterThan(1))
				.containsOnlyKeys("filter", "listener", "writer", "history");
		}
	}

	/**
	 * Who was asked for whom.
	 */
	static class Tenant implements StreamAdmission {

		private final String stream;

		private final Admissions application;

		private String owner;

		Tenant(String stream, Admissions application) {
			this.stream = stream;
			this.application = application;
		}

		@Override
		public Admission admit(EventClient client, HttpServletRequest request) {
			String tenant = request.getHeader("Tenant");
			this.owner = (this.owner != null) ? this.owner : tenant;
			this.application.tenants.computeIfAbsent(this.stream, (key) -> new CopyOnWriteArrayList<>())
				.add(tenant + " of " + this.owner);
			return this.owner.equals("refused") ? Admission.forbidden() : Admission.accept();
		}

	}

	@Configuration
	static class Admissions {

		private final Map<String, List<String>> tenants = new ConcurrentHashMap<>();

		@Bean
		EventChannel request() {
			return EventChannel.create();
		}

		@Bean
		EventChannel interfaces() {
			return EventChannel.create();
		}

		@Bean
		EventChannel bare() {
			return EventChannel.create();
		}

		@Bean
		EventChannel prototype() {
			return EventChannel.create();
		}

		@Bean
		EventChannel prototypeProxy() {
			return EventChannel.create();
		}

		@Bean
		EventChannel session() {
			return EventChannel.create();
		}

		@Bean
		@RequestScope
		@Qualifier("request")
		StreamAdmission ofRequest() {
			return new Tenant("request", this);
		}

		@Bean
		@RequestScope(proxyMode = ScopedProxyMode.INTERFACES)
		@Qualifier("interfaces")
		StreamAdmission ofRequestByInterface() {
			return new Tenant("interfaces", this);
		}

		@Bean
		@Scope("request")
		@Qualifier("bare")
		StreamAdmission ofRequestWithoutProxy() {
			return new Tenant("bare", this);
		}

		@Bean
		@Scope("prototype")
		@Qualifier("prototype")
		StreamAdmission eachTime() {
			return new Tenant("prototype", this);
		}

		@Bean
		@Scope(value = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
		@Qualifier("prototypeProxy")
		StreamAdmission eachTimeByProxy() {
			return new Tenant("prototypeProxy", this);
		}

		@Bean
		@SessionScope(proxyMode = ScopedProxyMode.INTERFACES)
		@Qualifier("session")
		StreamAdmission ofSession() {
			return new Tenant("session", this);
		}

	}

	@Configuration
	static class Prototypes {

		private final Map<String, AtomicInteger> made = new ConcurrentHashMap<>();

		private final AtomicInteger closed = new AtomicInteger();

		private void count(String kind) {
			this.made.computeIfAbsent(kind, (key) -> new AtomicInteger()).incrementAndGet();
		}

		@Bean
		EventChannel channel() {
			return EventChannel.create();
		}

		@Bean
		@Scope("prototype")
		EventFilter filter() {
			count("filter");
			return (event, client) -> true;
		}

		/** Both clients are told of a gap, and wait. */
		@Bean
		@Scope("prototype")
		EventHistory history() {
			count("history");
			return (id, client, limit) -> null;
		}

		@Bean
		@Scope("prototype")
		DataWriter writer() {
			count("writer");
			return String::valueOf;
		}

		@Bean
		@Scope("prototype")
		StreamListener listener() {
			count("listener");
			return new StreamListener() {

				@Override
				public void clientClosed(EventClient client, CloseReason reason) {
					Prototypes.this.closed.incrementAndGet();
				}

			};
		}

	}

}
