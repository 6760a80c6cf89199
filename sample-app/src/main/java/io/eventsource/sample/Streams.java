package io.eventsource.sample;

import java.time.Duration;
import java.time.Instant;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventTopics;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Profile;

/**
 * The streams: each bean of type {@code Publisher<Event>} is served at {@code /events/}
 * followed by its name, and each of type {@link EventTopics} at that and the topic. No
 * configuration is needed.
 */
@Configuration(proxyBeanMethods = false)
class Streams {

	/**
	 * A clock. Being primary, it is served at {@code /events} too.
	 */
	@Bean
	@Primary
	Flux<Event> ticks() {
		return Flux.interval(Duration.ofSeconds(1)).map((n) -> Event.of("tick", Instant.now().toString()));
	}

	/**
	 * How the application is doing: text of several lines, which arrives as it was sent.
	 */
	@Bean
	Flux<Event> status(JsonMapper jsonMapper) {
		return Flux.interval(Duration.ZERO, Duration.ofSeconds(2))
			.map((n) -> jsonMapper.writerWithDefaultPrettyPrinter().writeValueAsString(Status.now()))
			.map((json) -> Event.of("status", json));
	}

	/**
	 * Prices, five times a second each. The data is an object, so it is sent as JSON; the
	 * key tells which older event a newer one stands for.
	 */
	@Bean
	Flux<Event> prices() {
		return Flux.just("Cocoa", "Coffee", "Copper", "Cotton")
			.flatMap(Price::walk)
			.map((price) -> Event.builder().type("price").key(price.symbol()).data(price).build())
			.share();
	}

	/**
	 * What people say in each room, published by {@link MessageController} and served at
	 * {@code /events/rooms/{room}}. A room needs no declaration: who enters one, or says
	 * something there, makes it. Like the answers, the rooms are in this process, or with
	 * the profile {@code redis} in all instances.
	 */
	@Bean
	EventTopics rooms(EventChannels channels) {
		return channels.topics("rooms");
	}

	/**
	 * Answers, started by {@link AnswerController} and served at
	 * {@code /events/answers/{id}}.
	 */
	@Bean
	EventTopics answers(EventChannels channels) {
		return channels.topics("answers");
	}

	/**
	 * Messages of a broker, pushed in by {@link QueueListener}.
	 */
	@Bean
	@Profile("rabbit")
	EventChannel queue() {
		return EventChannel.create();
	}

	/**
	 * Three streams in one, told apart by the type of their events: a browser allows six
	 * connections to a server over HTTP/1.1, in all its tabs together.
	 */
	@Bean
	Flux<Event> dashboard(@Qualifier("ticks") Flux<Event> ticks, @Qualifier("status") Flux<Event> status,
			@Qualifier("prices") Flux<Event> prices) {
		return Flux.merge(ticks, status, prices);
	}

}
