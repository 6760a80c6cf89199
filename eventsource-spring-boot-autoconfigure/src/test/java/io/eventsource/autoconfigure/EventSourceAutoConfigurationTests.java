package io.eventsource.autoconfigure;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.eventsource.DataWriter;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.autoconfigure.StreamApplications.ChannelOnly;
import io.eventsource.autoconfigure.StreamApplications.ManyStreams;
import io.eventsource.autoconfigure.StreamApplications.OneStream;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the auto-configuration does, as a specification.
 */
@ExtendWith(OutputCaptureExtension.class)
class EventSourceAutoConfigurationTests {

	private final WebApplicationContextRunner runner = StreamApplications.runner();

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
					"eventsource.streams.flux.response-delay=4s", "eventsource.streams.flux.heartbeat-event=ping")
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
							+ "connection=ConnectionSettings[retry=PT5S, heartbeat=HeartbeatSettings[interval=PT0S, event=], writeTimeout=PT7S, "
							+ "maxLifetime=PT1H, flushInterval=PT0.02S, responseDelay=PT3S], "
							+ "publisher=PublisherSettings[linger=PT1M, restartMinDelay=PT4S, restartMaxDelay=PT5S]]");
				assertThat(streams.get("channel").source().perClient()).isFalse();
				assertThat(streams.get("flux").source().perClient()).isTrue();
				assertThat(streams.get("flux").settings())
					.hasToString("StreamSettings[buffer=BufferSettings[size=99, memory=1048576, maxEventSize=1024, "
							+ "overflow=CONFLATE], replay=ReplaySettings[initial=6, historyMaxEvents=7, gapEvent=], "
							+ "connection=ConnectionSettings[retry=PT1S, heartbeat=HeartbeatSettings[interval=PT30S, event=ping], writeTimeout=PT9S, "
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

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.base-path=/manage", "management.server.port=9000",
			"management.server.port=-1" })
	void pathOfTheActuatorIsFreeWhereTheActuatorIsElsewhere(String property) {
		this.runner.withUserConfiguration(OneStream.class)
			.withPropertyValues("eventsource.path=/actuator", property)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static Map<String, Set<String>> paths(EventSourceEndpoint endpoint) {
		return endpoint.definitions()
			.stream()
			.collect(Collectors.toMap(StreamDefinition::name, StreamDefinition::paths));
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

}
