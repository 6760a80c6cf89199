package io.eventsource.autoconfigure;

import java.util.List;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.EventTopics;
import io.eventsource.autoconfigure.StreamApplications.ChannelOnly;
import io.eventsource.autoconfigure.StreamApplications.ManyStreams;
import io.eventsource.autoconfigure.StreamApplications.OneStream;
import io.eventsource.web.Admission;
import io.eventsource.web.StreamAdmission;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a start that fails for an invalid configuration is explained.
 */
class InvalidConfigurationTests {

	private final WebApplicationContextRunner runner = StreamApplications.runner();

	@Test
	void twoStreamsOnOnePathAreExplained() {
		failure(ManyStreams.class, "The event streams 'flux' and 'channel' would both be served at '/events/channel'.",
				"eventsource.streams.channel.path", "eventsource.streams.flux.path=/events/channel");
	}

	@Test
	void badPathIsExplained() {
		failure(OneStream.class,
				"eventsource.path must be a path of plain segments that starts with '/'; got 'events'.", "'/events'",
				"eventsource.path=events");
		failure(OneStream.class,
				"eventsource.streams.ticks.path must be a path of plain segments that starts with '/'; got '/a/{b}'.",
				"eventsource.streams.ticks.path", "eventsource.streams.ticks.path=/a/{b}");
	}

	@Test
	void encodedPathIsExplained() {
		failure(OneStream.class,
				"eventsource.path must not be encoded, since it is compared with the decoded paths of requests; got "
						+ "'/events/%C3%A4'.",
				"'ä' instead of '%C3%A4'", "eventsource.path=/events/%C3%A4");
	}

	@Test
	void sizesAndTimesOutOfRangeAreExplained() {
		failure(OneStream.class, "eventsource.buffer-size must be at least 1; got 0.", "configuration",
				"eventsource.buffer-size=0");
		failure(OneStream.class, "eventsource.retry must not be negative and must be in whole milliseconds; got PT-1S.",
				"configuration", "eventsource.retry=-1s");
		failure(OneStream.class, "eventsource.streams.ticks.write-timeout must be positive; got PT0S.", "configuration",
				"eventsource.streams.ticks.write-timeout=0");
		failure(OneStream.class,
				"eventsource.buffer-memory must hold one event of max-event-size (1048576 bytes); got 1024.",
				"configuration", "eventsource.buffer-memory=1KB");
		failure(OneStream.class, "eventsource.max-event-size must be at least 1 byte; got -5.", "configuration",
				"eventsource.max-event-size=-5B");
		failure(OneStream.class, "eventsource.heartbeat must not be negative; use 0 for none; got PT-1S.",
				"configuration", "eventsource.heartbeat=-1s");
		failure(OneStream.class, "eventsource.dispatcher.threads must be at least 1; got 0.", "configuration",
				"eventsource.dispatcher.threads=0");
	}

	@Test
	void limitsOfTopicsOutOfRangeAreExplained() {
		failure(Topics.class, "eventsource.streams.rooms.max-topics must be at least 1; got 0.", "configuration",
				"eventsource.streams.rooms.max-topics=0");
		failure(Topics.class, "eventsource.streams.rooms.topics-memory must be at least 1 byte; got 0.",
				"configuration", "eventsource.streams.rooms.topics-memory=0B");
		failure(Topics.class, "eventsource.streams.rooms.linger must not be negative; got PT-1S.", "configuration",
				"eventsource.streams.rooms.linger=-1s");
		failure(Topics.class, "eventsource.streams.rooms.topics-per-connection must be 1 to 1024; got 0.",
				"configuration", "eventsource.streams.rooms.topics-per-connection=0");
	}

	/** Spring Boot explains these, and lists the values that there are. */
	@Test
	void unknownValuesOfTopicsAreNamed() {
		for (String setting : List.of("eventsource.streams.rooms.topic=user",
				"eventsource.streams.rooms.unknown-topics=refuse")) {
			String[] parts = setting.split("=");
			this.runner.withUserConfiguration(Topics.class)
				.withPropertyValues(setting)
				.run((context) -> assertThat(context).hasFailed()
					.getFailure()
					.hasStackTraceContaining(parts[0])
					.hasStackTraceContaining("for value [" + parts[1] + "]"));
		}
	}

	@Test
	void badRulesForOtherOriginsAreExplained() {
		failure(OneStream.class,
				"eventsource.cors.allowed-origins must have origins of the form 'https://example.com'; got "
						+ "'https://example.com/app'.",
				"Leave out the path", "eventsource.cors.allowed-origins=https://example.org,https://example.com/app");
		failure(OneStream.class,
				"eventsource.streams.ticks.cors.allowed-origins must have origins of the form 'https://example.com'; "
						+ "got 'example.com'.",
				"name scheme and host", "eventsource.streams.ticks.cors.allowed-origins=example.com");
		failure(OneStream.class,
				"eventsource.cors.allowed-origins is '*' and allow-credentials is true, which browsers refuse.",
				"eventsource.cors.allowed-origin-patterns", "eventsource.cors.allowed-origins=*",
				"eventsource.cors.allow-credentials=true");
		failure(OneStream.class, "eventsource.cors has settings, but allows no other origin.",
				"Set eventsource.cors.allowed-origins", "eventsource.cors.allow-credentials=true");
		failure(OneStream.class, "eventsource.streams.ticks.cors has settings, but allows no other origin.",
				"Set eventsource.streams.ticks.cors.allowed-origins", "eventsource.cors.allowed-origins=*",
				"eventsource.streams.ticks.cors.max-age=1h");
		failure(OneStream.class,
				"eventsource.cors.allowed-origin-patterns must have patterns of the form 'https://*.example.com' or "
						+ "'http://localhost:[*]'; got 'http://localhost:[80'.",
				"an item of a YAML list", "eventsource.cors.allowed-origin-patterns=http://localhost:[80,8080]");
		failure(OneStream.class, "eventsource.cors.max-age must not be negative; got PT-1S.", "configuration",
				"eventsource.cors.allowed-origins=*", "eventsource.cors.max-age=-1s");
	}

	@Test
	void historyOfAStreamThatDoesNotExistIsExplained() {
		failure(MisplacedHistory.class,
				"The event history 'history' has the qualifier 'tocks', but there are only the event streams [ticks].",
				"Correct the qualifier");
	}

	@Test
	void admissionAndFilterOfAStreamThatDoesNotExistAreExplained() {
		failure(MisplacedAdmission.class,
				"The stream admission 'admission' has the qualifier 'tocks', but there are only the event streams "
						+ "[ticks].",
				"Correct the qualifier");
		failure(MisplacedFilter.class,
				"The event filter 'filter' has the qualifier 'tocks', but there are only the event streams [ticks].",
				"Correct the qualifier");
	}

	@Test
	void channelThatIsToBeSubscribedToPerClientIsExplained() {
		String explanation = "Stream 'messages' cannot be subscribed to per client, since its publisher is an "
				+ "EventChannel, in which one slow client would hold up all others.";
		failure(ChannelOnly.class, explanation, "declare a PersonalStream", "eventsource.subscription=per-client");
		failure(HiddenChannel.class, explanation, "declare a PersonalStream",
				"eventsource.streams.messages.subscription=per-client");
	}

	@Test
	void streamWhosePublisherIsNullIsExplained() {
		failure(NullStream.class, "The event stream 'nothing' has no publisher, since its bean is null.",
				"Return a publisher");
	}

	@Test
	void pathsOfSpringBootAreExplained() {
		failure(OneStream.class,
				"An event stream cannot be served at '/actuator/ticks', which belongs to the endpoints of the actuator.",
				"eventsource.streams.ticks.path", "eventsource.streams.ticks.path=/actuator/ticks");
		failure(OneStream.class,
				"An event stream cannot be served at '/manage', which belongs to the endpoints of the actuator.",
				"eventsource.path", "eventsource.path=/manage", "management.endpoints.web.base-path=/manage");
		failure(OneStream.class,
				"An event stream cannot be served at '/error', which belongs to the error page of the application.",
				"eventsource.path", "eventsource.path=/error");
		failure(OneStream.class,
				"An event stream cannot be served at '/oops', which belongs to the error page of the application.",
				"eventsource.path", "eventsource.path=/oops", "spring.web.error.path=/oops");
	}

	private void failure(Class<?> configuration, String description, String action, String... properties) {
		this.runner.withUserConfiguration(configuration).withPropertyValues(properties).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new InvalidEventSourceConfigurationFailureAnalyzer()
				.analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).isEqualTo(description);
			assertThat(analysis.getAction()).contains(action);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Topics {

		@Bean
		EventTopics rooms() {
			return EventTopics.create();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenChannel {

		@Bean
		Publisher<Event> messages() {
			return EventChannel.create();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NullStream {

		@Bean
		Flux<Event> nothing() {
			return null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MisplacedHistory extends OneStream {

		@Bean
		@Qualifier("tocks")
		EventHistory history() {
			return (lastEventId, client, limit) -> null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MisplacedAdmission extends OneStream {

		@Bean
		@Qualifier("tocks")
		StreamAdmission admission() {
			return (client, request) -> Admission.forbidden();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MisplacedFilter extends OneStream {

		@Bean
		@Qualifier("tocks")
		EventFilter filter() {
			return (event, client) -> false;
		}

	}

}
