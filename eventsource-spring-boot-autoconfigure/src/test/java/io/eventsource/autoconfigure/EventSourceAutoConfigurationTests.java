package io.eventsource.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.web.Admission;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamAdmission;
import io.eventsource.web.StreamDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.http.codec.ServerSentEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the auto-configuration does, as a specification.
 */
@ExtendWith(OutputCaptureExtension.class)
class EventSourceAutoConfigurationTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebMvcAutoConfiguration.class,
				TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class,
				EventSourceAutoConfiguration.class));

	@Test
	void onlyPublisherIsServedAtItsNameAndAtTheBasePath() {
		this.runner.withUserConfiguration(OneStream.class)
			.run((context) -> assertThat(paths(context.getBean(EventSourceEndpoint.class)))
				.containsExactlyEntriesOf(Map.of("ticks", Set.of("/events/ticks", "/events"))));
	}

	@Test
	void everyKindOfPublisherOfEventsIsServedAndNoOther() {
		this.runner.withUserConfiguration(ManyStreams.class).run((context) -> {
			Map<String, Set<String>> paths = paths(context.getBean(EventSourceEndpoint.class));
			assertThat(paths).containsOnlyKeys("channel", "flux", "publisher", "flow", "springEvents");
			assertThat(paths.get("flux")).containsExactlyInAnyOrder("/events/flux", "/events");
			assertThat(paths.get("channel")).containsExactly("/events/channel");
		});
	}

	@Test
	void channelIsSubscribedToFromTheStartAndOthersAreNot() {
		this.runner.withUserConfiguration(ManyStreams.class)
			.run((context) -> await()
				.untilAsserted(() -> assertThat(context.getBean(EventSourceEndpoint.class).streams())
					.filteredOn((stream) -> stream.state() == State.LIVE)
					.extracting(StreamSnapshot::name)
					.containsExactly("channel")));
	}

	@Test
	void withoutPublishersThereIsNothingToServeAndNoComplaint(CapturedOutput output) {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(EventSourceEndpoint.class).definitions()).isEmpty();
			assertThat(output).doesNotContain("Serving event streams");
		});
	}

	@Test
	void startPrintsOneLineWithThePaths(CapturedOutput output) {
		this.runner.withUserConfiguration(OneStream.class)
			.run((context) -> assertThat(output.toString().lines().filter((line) -> line.contains("event streams")))
				.singleElement()
				.asString()
				.endsWith("Serving event streams: ticks at /events/ticks, /events"));
	}

	@Test
	void propertiesApplyToAllStreamsAndThoseOfOneStreamWin() {
		this.runner.withUserConfiguration(ManyStreams.class)
			.withPropertyValues("eventsource.path=/live", "eventsource.retry=5s", "eventsource.heartbeat=0",
					"eventsource.buffer-size=10", "eventsource.buffer-memory=4MB", "eventsource.max-event-size=64KB",
					"eventsource.overflow=skip", "eventsource.linger=1m", "eventsource.initial-replay=2",
					"eventsource.gap-event=lost", "eventsource.history.max-events=3",
					"eventsource.restart.min-delay=4s", "eventsource.restart.max-delay=5s",
					"eventsource.subscription=per-client", "eventsource.max-lifetime=1h",
					"eventsource.streams.flux.max-lifetime=2h", "eventsource.streams.channel.subscription=shared",
					"eventsource.write-timeout=7s", "eventsource.streams.flux.path=/my/flux",
					"eventsource.streams.flux.overflow=conflate", "eventsource.streams.flux.linger=2m",
					"eventsource.streams.flux.initial-replay=6", "eventsource.streams.flux.gap-event=",
					"eventsource.streams.flux.history.max-events=7", "eventsource.streams.flux.restart.min-delay=8s",
					"eventsource.streams.flux.restart.max-delay=9s", "eventsource.streams.flux.retry=1s",
					"eventsource.streams.flux.buffer-size=99", "eventsource.streams.flux.buffer-memory=1MB",
					"eventsource.streams.flux.max-event-size=1KB", "eventsource.streams.flux.heartbeat=30s",
					"eventsource.streams.flux.write-timeout=9s", "eventsource.flush-interval=20ms",
					"eventsource.streams.flux.flush-interval=30ms", "eventsource.response-delay=3s",
					"eventsource.streams.flux.response-delay=4s")
			.run((context) -> {
				Map<String, StreamDefinition> streams = context.getBean(EventSourceEndpoint.class)
					.definitions()
					.stream()
					.collect(Collectors.toMap(StreamDefinition::name, (stream) -> stream));
				assertThat(streams.get("flux").paths()).containsExactlyInAnyOrder("/my/flux", "/live");
				assertThat(streams.get("channel").paths()).containsExactly("/live/channel");
				assertThat(streams.get("channel").settings())
					.hasToString("StreamSettings[buffer=BufferSettings[size=10, memory=4194304, maxEventSize=65536, "
							+ "overflow=SKIP], replay=ReplaySettings[initial=2, historyMaxEvents=3, gapEvent=lost], "
							+ "connection=ConnectionSettings[retry=PT5S, heartbeat=PT0S, writeTimeout=PT7S, "
							+ "maxLifetime=PT1H, flushInterval=PT0.02S, responseDelay=PT3S], "
							+ "publisher=PublisherSettings[linger=PT1M, restartMinDelay=PT4S, restartMaxDelay=PT5S]]");
				assertThat(streams.get("channel").source().perClient()).isFalse();
				assertThat(streams.get("flux").source().perClient()).isTrue();
				assertThat(streams.get("flux").settings())
					.hasToString("StreamSettings[buffer=BufferSettings[size=99, memory=1048576, maxEventSize=1024, "
							+ "overflow=CONFLATE], replay=ReplaySettings[initial=6, historyMaxEvents=7, gapEvent=], "
							+ "connection=ConnectionSettings[retry=PT1S, heartbeat=PT30S, writeTimeout=PT9S, "
							+ "maxLifetime=PT2H, flushInterval=PT0.03S, responseDelay=PT4S], "
							+ "publisher=PublisherSettings[linger=PT2M, restartMinDelay=PT8S, restartMaxDelay=PT9S]]");
			});
	}

	@Test
	void switchedOffThereIsNoEndpoint() {
		this.runner.withUserConfiguration(OneStream.class)
			.withPropertyValues("eventsource.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(EventSourceEndpoint.class));
	}

	@Test
	void nothingIsConfiguredOutsideAServletApplication() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(EventSourceAutoConfiguration.class))
			.withUserConfiguration(OneStream.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EventSourceEndpoint.class));
	}

	@Test
	void applicationWithoutReactorJacksonAndJettyStartsAndServes() {
		this.runner.withUserConfiguration(ChannelOnly.class)
			.withClassLoader(new FilteredClassLoader("reactor", "tools.jackson", "io.micrometer", "org.eclipse.jetty",
					"org.springframework.boot.jetty"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(paths(context.getBean(EventSourceEndpoint.class))).containsOnlyKeys("messages");
			});
	}

	@Test
	void executorsOfTheApplicationAreLeftAlone() {
		this.runner.withUserConfiguration(OneStream.class)
			.run((context) -> assertThat(context).hasBean("applicationTaskExecutor"));
	}

	@Test
	void dataWriterOfTheUserReplacesTheJsonOne() {
		DataWriter writer = String::valueOf;
		this.runner.withBean(DataWriter.class, () -> writer)
			.run((context) -> assertThat(context.getBean(DataWriter.class)).isSameAs(writer));
	}

	@Test
	void streamsWorkAgainAfterStopAndStart() {
		this.runner.withUserConfiguration(ChannelOnly.class).run((context) -> {
			EventSourceEndpoint endpoint = context.getBean(EventSourceEndpoint.class);
			context.getSourceApplicationContext().stop();
			assertThat(endpoint.streams()).isEmpty();
			context.getSourceApplicationContext().start();
			await().untilAsserted(
					() -> assertThat(endpoint.streams()).extracting(StreamSnapshot::state).containsExactly(State.LIVE));
		});
	}

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

	@ParameterizedTest
	@ValueSource(strings = { "*", "https://*.example.com", "*://example.com", "http://localhost:[*]",
			"http://localhost:[80,8080]", "http://[::1]:[*]", "http://[::1]" })
	void patternsOfOtherOriginsMayBeWhatSpringKnows(String pattern) {
		this.runner.withUserConfiguration(OneStream.class)
			.withPropertyValues("eventsource.cors.allowed-origin-patterns[0]=" + pattern,
					"eventsource.cors.allow-credentials=true")
			.run((context) -> assertThat(context).hasNotFailed());
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
	void applicationWithoutSpringSecurityStarts() {
		this.runner.withUserConfiguration(OneStream.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.security"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TokenExpiryAdmission.class));
	}

	@Test
	void tokensAreLookedAtWhereSpringSecurityKnowsThem() {
		this.runner.withUserConfiguration(OneStream.class)
			.run((context) -> assertThat(context).hasSingleBean(TokenExpiryAdmission.class));
		this.runner.withUserConfiguration(OneStream.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.security.oauth2"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TokenExpiryAdmission.class));
	}

	@Test
	void historiesAreMadeOnlyWhenTheyAreNeeded() {
		this.runner.withUserConfiguration(OneStream.class, LateHistory.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void personalStreamIsServedLikeAPublisher() {
		this.runner.withUserConfiguration(Personal.class)
			.run((context) -> assertThat(paths(context.getBean(EventSourceEndpoint.class)))
				.containsExactlyEntriesOf(Map.of("notifications", Set.of("/events/notifications", "/events"))));
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

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.base-path=/manage", "management.server.port=9000",
			"management.server.port=-1" })
	void pathOfTheActuatorIsFreeWhereTheActuatorIsElsewhere(String property) {
		this.runner.withUserConfiguration(OneStream.class)
			.withPropertyValues("eventsource.path=/actuator", property)
			.run((context) -> assertThat(context).hasNotFailed());
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

	private static Map<String, Set<String>> paths(EventSourceEndpoint endpoint) {
		return endpoint.definitions()
			.stream()
			.collect(Collectors.toMap(StreamDefinition::name, StreamDefinition::paths));
	}

	@Configuration(proxyBeanMethods = false)
	static class OneStream {

		@Bean
		Flux<Event> ticks() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ChannelOnly {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
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

	@Configuration(proxyBeanMethods = false)
	static class LateHistory {

		@Bean
		@Lazy
		EventHistory history() {
			throw new IllegalStateException("too early");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Personal {

		@Bean
		PersonalStream notifications() {
			return (client) -> Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ManyStreams {

		@Bean
		@Primary
		Flux<Event> flux() {
			return Flux.never();
		}

		@Bean
		EventChannel channel() {
			return EventChannel.create();
		}

		@Bean
		Publisher<Event> publisher() {
			return Flux.never();
		}

		@Bean
		Flow.Publisher<Event> flow() {
			return FlowAdapters.toFlowPublisher(Flux.never());
		}

		@Bean
		Flux<ServerSentEvent<String>> springEvents() {
			return Flux.never();
		}

		@Bean
		Flux<String> texts() {
			return Flux.never();
		}

		@Bean
		Publisher<?> unknown() {
			return Flux.just(Event.of("secret"));
		}

		@Bean
		List<Event> list() {
			return List.of();
		}

		@Bean(autowireCandidate = false)
		Flux<Event> internal() {
			return Flux.never();
		}

		@Bean
		@Scope("prototype")
		Flux<Event> prototype() {
			return Flux.never();
		}

	}

}
