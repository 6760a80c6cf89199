package io.eventsource.recipes;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.eventsource.EventTopics;
import io.eventsource.recipes.KotlinImports.Importer;
import kotlinx.coroutines.reactive.ReactiveFlowKt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class KotlinImportsTests {

	private Server server;

	private Application job;

	@BeforeEach
	void startServer() {
		this.server = Server.start(List.of(KotlinImports.class, Application.class),
				"eventsource.streams.imports.unknown-topics=not-found", "eventsource.streams.imports.overflow=conflate",
				"eventsource.streams.imports.initial-replay=1");
		this.job = this.server.bean(Application.class);
	}

	@AfterEach
	void stopServer() {
		this.server.close();
	}

	@Test
	void progressOfAFlowIsShownToWhoeverComes() throws Exception {
		String location = start();
		say(10);
		try (Stream<String> one = watch(location).body()) {
			assertThat(Server.read(one, "data", 1)).containsExactly("10");
		}
		try (Stream<String> other = watch(location).body()) {
			assertThat(other.filter((line) -> line.startsWith("data: ") || line.startsWith("event: ")).peek((line) -> {
				if (line.equals("data: 10")) {
					say(100);
					this.job.percent.tryEmitComplete().orThrow();
				}
			})).containsExactly("event: progress", "data: 10", "event: progress", "data: 100", "event: done", "data: ");
		}
		assertThat(this.job.cancelled).isFalse();
	}

	@Test
	void failureOfAFlowIsTold() throws Exception {
		String location = start();
		this.job.percent.tryEmitError(new IllegalStateException("No such file")).orThrow();
		assertThat(watch(location).body()).contains("data: {\"cause\":\"failed\"}").doesNotContain("event: done");
	}

	@Test
	void flowIsCancelledWithTheJob() throws Exception {
		String location = start();
		this.server.send(this.server.request(location.substring("/events".length())).DELETE().build());
		await().untilTrue(this.job.cancelled);
		assertThat(watch(location).body()).doesNotContain("event: done", "event: gap");
	}

	private void say(int percent) {
		this.job.percent.tryEmitNext(percent).orThrow();
	}

	private String start() throws Exception {
		HttpResponse<Stream<String>> response = this.server
			.send(this.server.request("/imports").POST(BodyPublishers.noBody()).build());
		assertThat(response.statusCode()).isEqualTo(202);
		await().until(() -> this.job.percent.currentSubscriberCount() == 1);
		return response.headers().firstValue("Location").orElseThrow();
	}

	private HttpResponse<Stream<String>> watch(String location) throws Exception {
		return this.server.send(this.server.request(location).build());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final Sinks.Many<Integer> percent = Sinks.many().unicast().onBackpressureBuffer();

		private final AtomicBoolean cancelled = new AtomicBoolean();

		@Bean
		EventTopics imports() {
			return EventTopics.create();
		}

		@Bean
		Importer importer() {
			return () -> ReactiveFlowKt.asFlow(this.percent.asFlux().doOnCancel(() -> this.cancelled.set(true)));
		}

	}

}
