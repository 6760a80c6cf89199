package io.eventsource.recipes;

import java.time.Duration;

import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * The events of another server, passed on.
 */
@Configuration(proxyBeanMethods = false)
class RemoteQuotes {

	@Bean
	Flux<ServerSentEvent<String>> quotes(WebClient.Builder builder, @Value("${quotes.url}") String url) {
		return new RemoteStream(builder.baseUrl(url).build(), Duration.ofSeconds(1)).events();
	}

}
