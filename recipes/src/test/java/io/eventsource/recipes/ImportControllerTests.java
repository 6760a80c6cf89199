package io.eventsource.recipes;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.eventsource.EventTopics;
import io.eventsource.recipes.ImportController.Importer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ImportControllerTests {

	private static final int FAIL = -1;

	private static Server server;

	private static BlockingQueue<Integer> work;

	@BeforeAll
	static void startServer() {
		server = Server.start(List.of(ImportController.class, Application.class),
				"eventsource.streams.imports.unknown-topics=not-found", "eventsource.streams.imports.overflow=conflate",
				"eventsource.streams.imports.initial-replay=1", "eventsource.streams.imports.linger=1h");
		work = server.bean(Application.class).work;
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@Test
	void everyClientIsToldHowFarTheJobIsAndThatItIsDone() throws Exception {
		String job = start();
		try (Stream<String> first = watch(job).body()) {
			work.add(10);
			assertThat(first.filter((line) -> line.startsWith("data: ")).findFirst()).contains("data: 10");
		}
		try (Stream<String> second = watch(job).body()) {
			Iterator<String> lines = second.filter((line) -> line.startsWith("data: ") || line.startsWith("event: "))
				.iterator();
			assertThat(List.of(lines.next(), lines.next())).containsExactly("event: progress", "data: 10");
			work.add(100);
			assertThat(lines).toIterable().containsExactly("event: progress", "data: 100", "event: done", "data: ");
		}
		assertThat(watch(job).body()).contains("event: done").doesNotContain("event: progress");
	}

	@Test
	void clientThatWasCutOffInTheMiddleIsToldOfNoGap() throws Exception {
		String job = start();
		work.add(10);
		String id;
		try (Stream<String> first = watch(job).body()) {
			id = first.takeWhile((line) -> !line.equals("data: 10"))
				.filter((line) -> line.startsWith("id: "))
				.reduce((one, other) -> other)
				.orElseThrow();
		}
		work.add(60);
		work.add(100);
		HttpResponse<Stream<String>> again = server
			.send(server.request(job).header("Last-Event-ID", id.substring("id: ".length())).build());
		assertThat(again.body()).contains("event: done").doesNotContain("event: gap");
	}

	@Test
	void clientThatHasTheEndIsSentNoneWhenItComesBack() throws Exception {
		String job = start();
		work.add(100);
		String id = watch(job).body()
			.filter((line) -> line.startsWith("id: "))
			.reduce((one, other) -> other)
			.orElseThrow();
		HttpResponse<Stream<String>> again = server
			.send(server.request(job).header("Last-Event-ID", id.substring("id: ".length())).build());
		assertThat(again.statusCode()).isEqualTo(204);
	}

	@Test
	void failureIsToldWithoutItsReason() throws Exception {
		String job = start();
		work.add(10);
		work.add(FAIL);
		List<String> lines = watch(job).body().toList();
		assertThat(lines).containsSubsequence("event: gap", "data: {\"cause\":\"failed\"}")
			.doesNotContain("event: done");
		assertThat(lines.toString()).doesNotContain("No such file");
		assertThat(watch(job).body()).contains("data: {\"cause\":\"failed\"}");
	}

	@Test
	void jobGoesOnWithoutClientsUntilItIsCancelled() throws Exception {
		String job = start();
		work.add(10);
		await().until(work::isEmpty);
		server.send(server.request(job.substring("/events".length())).DELETE().build());
		await().until(server.bean(Application.class).interrupted::get);
		HttpResponse<Stream<String>> late = watch(job);
		assertThat(late.statusCode()).isEqualTo(200);
		assertThat(late.body()).contains("data: 10").doesNotContain("event: done", "event: gap");
	}

	@Test
	void unknownJobIsNotFound() throws Exception {
		assertThat(watch("/events/imports/none").statusCode()).isEqualTo(404);
	}

	private String start() throws Exception {
		HttpResponse<Stream<String>> response = server
			.send(server.request("/imports").POST(BodyPublishers.noBody()).build());
		assertThat(response.statusCode()).isEqualTo(202);
		return response.headers().firstValue("Location").orElseThrow();
	}

	private HttpResponse<Stream<String>> watch(String job) throws Exception {
		return server.send(server.request(job).build());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final BlockingQueue<Integer> work = new LinkedBlockingQueue<>();

		private final AtomicBoolean interrupted = new AtomicBoolean();

		@Bean
		EventTopics imports() {
			return EventTopics.create();
		}

		@Bean
		Importer importer() {
			return (percent) -> {
				int done = 0;
				while (done < 100) {
					done = next();
					if (done == FAIL) {
						throw new IllegalStateException("No such file");
					}
					percent.accept(done);
				}
			};
		}

		private int next() throws InterruptedException {
			try {
				return this.work.take();
			}
			catch (InterruptedException ex) {
				this.interrupted.set(true);
				throw ex;
			}
		}

	}

}
