package io.eventsource.pages;

import java.nio.file.Path;

import io.eventsource.EventStreamReader.Received;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What docs/reference.md promises of its example of a stream for each client, which is
 * taken from there and run.
 */
class ReferencePageTests {

	@TempDir
	private Path folder;

	@ParameterizedTest
	@EnumSource
	void tabThatComesBackIsShownTheCartAndToldOfNoGap(TestServer.Container container) throws Exception {
		String application = """
				package com.example.shop;

				%s
				@Configuration(proxyBeanMethods = false)
				public class Shop {

				%s

				@Bean
				Carts carts() {
					return (user) -> Flux.just(new Cart(3)).concatWith(Flux.never());
				}

				record Cart(int items) {
				}

				interface Carts {

					Flux<Cart> of(String user);

				}

				}
				""".formatted(Surroundings.imports(), Page.of("docs/reference.md").code("PersonalStream cart("));
		try (TestServer server = TestServer.start(container, JavaCode.load(this.folder, application))) {
			String lastEventId;
			try (StreamClient client = StreamClient.connect(server.uri("/events/cart"))) {
				await().until(() -> client.count() == 1);
				lastEventId = client.lastEventId();
			}
			assertThat(lastEventId).isNotEmpty();
			try (StreamClient back = StreamClient.connect(server.uri("/events/cart"), "Last-Event-ID", lastEventId)) {
				await().until(() -> back.count() > 0);
				assertThat(back.events().get(0)).extracting(Received::type, Received::data)
					.containsExactly("cart", "{\"items\":3}");
			}
		}
	}

}
