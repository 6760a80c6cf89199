package io.eventsource.autoconfigure;

import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventFilter;
import io.eventsource.EventTopics;
import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Settings that are hardly meant are pointed out at start, a line for each kind, and
 * values that cannot work are explained.
 */
@ExtendWith(OutputCaptureExtension.class)
class SettingsReviewTests {

	private static final String EFFECT = "Settings without effect: ";

	private static final String UNIT = "Settings without a unit: ";

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebMvcAutoConfiguration.class,
				EventSourceAutoConfiguration.class));

	@Test
	void settingsOfStreamsThatAreNotThereAreNamed(CapturedOutput output) {
		this.runner.withUserConfiguration(Conditional.class)
			.withPropertyValues("eventsource.streams.optional.retry=1s", "eventsource.streams.optional.heartbeat=1s",
					"eventsource.streams.my.orders.retry=1s")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(line(output, EFFECT)).contains("is for the stream 'optional', but there is no event stream",
						"eventsource.streams.my.orders.retry");
			});
	}

	@Test
	void settingsThatNothingReadsAreNamedInOneLine(CapturedOutput output) {
		this.runner.withUserConfiguration(OneStream.class, Foreign.class)
			.withPropertyValues("eventsource.hartbeat=3s", "eventsource.shutdown.dran=1s",
					"eventsource.streams.ticks.max-connections=3", "eventsource.streams.ticks.shutdown.drain=3s",
					"eventsource.streams.ticks.hartbeat=3s", "eventsource.streams.tocks.retry=3s",
					"eventsource.tomcat.http3=1", "eventsource.foreign.key=1", "eventsource.foreign.other.key=1")
			.run((context) -> assertThat(line(output, EFFECT).split("; ")).hasSize(7)
				.anyMatch((part) -> part.contains("eventsource.hartbeat") && part.endsWith("is not known"))
				.anyMatch((part) -> part.contains("eventsource.shutdown.dran") && part.endsWith("is not known"))
				.anyMatch((part) -> part.contains("eventsource.streams.ticks.max-connections")
						&& part.endsWith("can only be set for all streams, as eventsource.max-connections"))
				.anyMatch((part) -> part.contains("eventsource.streams.ticks.shutdown.drain")
						&& part.endsWith("can only be set for all streams, as eventsource.shutdown.drain"))
				.anyMatch((part) -> part.contains("eventsource.streams.ticks.hartbeat")
						&& part.endsWith("is not known for a single stream"))
				.anyMatch((part) -> part.contains("eventsource.streams.tocks.retry") && part.contains("[ticks]"))
				.anyMatch((part) -> part.contains("eventsource.tomcat.http3")));
	}

	@Test
	void settingsOfTopicsAreNamedForStreamsWithoutThem(CapturedOutput output) {
		List<String> settings = List.of("topic=principal", "unknown-topics=not-found", "max-topics=5",
				"topics-memory=1MB", "topicsPerConnection=3");
		this.runner.withUserConfiguration(OneStream.class, WithTopics.class)
			.withPropertyValues(settings.stream()
				.flatMap((setting) -> Stream.of("ticks", "rooms")
					.map((stream) -> "eventsource.streams." + stream + "." + setting))
				.toArray(String[]::new))
			.run((context) -> assertThat(line(output, EFFECT).split("; ")).hasSize(settings.size())
				.allMatch((part) -> part.contains("eventsource.streams.ticks.") && part
					.endsWith("is for streams with topics, but the bean 'ticks' is not of the type EventTopics")));
	}

	@Test
	void variablesAreReadAndThoseOfNoStreamAreNamed(CapturedOutput output) {
		this.runner.withUserConfiguration(Cased.class)
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
						Map.of("EVENTSOURCE_STREAMS_ORDERUPDATES_HEARTBEAT", "5s",
								"EVENTSOURCE_STREAMS_ORDER_UPDATES_INITIAL_REPLAY", "7",
								"EVENTSOURCE_STREAMS_OTHERS_RETRY", "5s", "EVENTSOURCE_SERVICE_HOST", "10.0.0.1",
								"EVENTSOURCE_PORT_8080_TCP", "tcp://10.0.0.1:8080"))))
			.run((context) -> {
				assertThat(settings(context)).contains("interval=PT5S", "replay=ReplaySettings[initial=7,");
				assertThat(line(output, EFFECT)).contains("OTHERS_RETRY")
					.doesNotContain("SERVICE_HOST", "8080_TCP", ";");
			});
	}

	@Test
	void everyKeyThatIsDocumentedIsKnown() throws Exception {
		URL classes = EventSourceProperties.class.getProtectionDomain().getCodeSource().getLocation();
		JsonNode metadata = JsonMapper.shared()
			.readTree(Path.of(classes.toURI()).resolve("META-INF/spring-configuration-metadata.json").toFile());
		List<String> keys = metadata.path("properties")
			.valueStream()
			.map((property) -> property.path("name").asString())
			.filter((name) -> name.startsWith("eventsource.") && !name.equals("eventsource.streams"))
			.toList();
		assertThat(keys).hasSizeGreaterThan(30)
			.allMatch((key) -> key.startsWith("eventsource.tomcat.")
					? PropertyKeys.of(TomcatProperties.class).contains(ConfigurationPropertyName.of(key).subName(2))
					: PropertyKeys.of(EventSourceProperties.class)
						.contains(ConfigurationPropertyName.of(key).subName(1)));
	}

	@ParameterizedTest
	@CsvSource({ "eventsource.heartbeat,15,15s", "eventsource.max-lifetime,30,30s", "eventsource.linger,999,999s",
			"eventsource.shutdown.drain,2,2s", "eventsource.streams.ticks.write-timeout,30,30s",
			"eventsource.streams[ticks].restart.max-delay,900,900s", "eventsource.max-event-size,512,512KB",
			"eventsource.cors.max-age,30,30s", "eventsource.channels.redis.timeout,5,5s",
			"eventsource.dispatcher.stall-timeout,300,300s" })
	void smallNumberWithoutAUnitIsPointedOut(String key, String value, String meant, CapturedOutput output) {
		this.runner.withUserConfiguration(OneStream.class)
			.withPropertyValues(key + "=" + value, "eventsource.restart.min-delay=1ms",
					"eventsource.cors.allowed-origins=*", "eventsource.buffer-memory=1MB")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(line(output, UNIT)).contains(key.replace("[ticks]", ".ticks") + "=" + value + " means",
						"write " + meant);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "eventsource.retry=3000", "eventsource.heartbeat=0", "eventsource.heartbeat=15ms",
			"eventsource.flush-interval=PT0.02S", "eventsource.heartbeat=1000", "eventsource.buffer-size=15",
			"eventsource.max-event-size=2048", "eventsource.max-event-size=15B" })
	void otherValuesAreNotPointedOut(String property, CapturedOutput output) {
		this.runner.withUserConfiguration(OneStream.class)
			.withPropertyValues(property)
			.run((context) -> assertThat(output).doesNotContain(UNIT));
	}

	@ParameterizedTest
	@ValueSource(strings = { "eventsource.streams.ticks.history", "eventsource.shutdown", "eventsource.streams",
			"eventsource.streams.ticks.cors.allowed-origins", "eventsource.streams.ticks.cors.allowed-origins[0]",
			"eventsource.streams[ticks].cors.allowed-headers[3]", "eventsource.cors.allowed-origins[0]" })
	void groupsAndItemsAreKnown(String name) {
		MockEnvironment environment = new MockEnvironment().withProperty(name, "");
		StreamSettingsBinder binder = new StreamSettingsBinder(
				Binder.get(new MockEnvironment()).bindOrCreate("eventsource", EventSourceProperties.class), environment,
				Set.of("ticks"));
		assertThat(new SettingsReview(environment, Set.of("ticks"), Set.of(), binder, Set.of()).unread()).isEmpty();
	}

	@Test
	void lazyApplicationIsReviewedToo(CapturedOutput output) {
		this.runner.withUserConfiguration(OneStream.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("eventsource.hartbeat=15s")
			.run((context) -> assertThat(line(output, EFFECT)).contains("eventsource.hartbeat"));
	}

	/**
	 * No value of any key may end in a stack trace, or in no memory. Settings of a single
	 * stream have the same types and checks as those of all, so that a third will do.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "", "-1", "0", "2000000000", "999999999999999999", "100000000000d",
			"9223372036854775807ns", "100000000TB", "nonsense", "/", "per-client" })
	void valueOfAnyKeyWorksOrIsExplained(String value) {
		for (String prefix : List.of("eventsource.", "eventsource.streams.ticks.")) {
			Class<?> type = prefix.equals("eventsource.") ? EventSourceProperties.class : StreamProperties.class;
			for (PropertyKeys.Key key : PropertyKeys.of(type).keys()) {
				boolean tried = type == EventSourceProperties.class
						|| Math.floorMod((value + key.name()).hashCode(), 3) == 0;
				if (tried && key.type() != Map.class && isOfItsType(value, key.type())) {
					this.runner.withUserConfiguration(OneStream.class)
						.withPropertyValues(prefix + key.name() + "=" + value)
						.run((context) -> {
							Throwable failure = context.getStartupFailure();
							if (failure != null) {
								assertThat(analysis(failure)).as(prefix + key.name() + "=" + value).isNotNull();
							}
						});
				}
			}
		}
	}

	@Test
	void sizesThatNoMachineHasAreExplained() {
		this.runner.withUserConfiguration(OneStream.class)
			.withPropertyValues("eventsource.buffer-size=2000000000")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.isEqualTo("eventsource.buffer-size must be at most 16777216; got 2000000000."));
		this.runner.withUserConfiguration(OneStream.class)
			.withPropertyValues("eventsource.dispatcher.threads=100000")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.isEqualTo("eventsource.dispatcher.threads must be at most 1000; got 100000."));
	}

	/** What is of no type is refused by Spring Boot. */
	private static boolean isOfItsType(String value, Class<?> type) {
		return switch (value) {
			case "100000000000d" -> type == Duration.class;
			case "100000000TB" -> type == DataSize.class;
			case "2000000000" -> type == int.class || type == Integer.class || type == long.class;
			default -> true;
		};
	}

	private static FailureAnalysis analysis(Throwable failure) {
		return SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, ArgumentResolver.none(), (type, name, ex) -> {
			})
			.stream()
			.map((analyzer) -> analyzer.analyze(failure))
			.filter((analysis) -> analysis != null)
			.findFirst()
			.orElse(null);
	}

	private static String settings(ApplicationContext context) {
		return context.getBean(EventSourceEndpoint.class).definitions().iterator().next().settings().toString();
	}

	private static String line(CapturedOutput output, String start) {
		return output.toString()
			.lines()
			.filter((line) -> line.contains(start))
			.reduce((one, other) -> one + " AND AGAIN " + other)
			.orElse("no line");
	}

	@Configuration(proxyBeanMethods = false)
	static class WithTopics {

		@Bean
		EventTopics rooms() {
			return EventTopics.create();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OneStream {

		@Bean
		Flux<Event> ticks() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Cased {

		@Bean
		Flux<Event> orderUpdates() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Conditional {

		@Bean
		@ConditionalOnProperty("absent")
		Flux<Event> optional() {
			return Flux.never();
		}

		@Bean
		EventFilter filter() {
			return (event, client) -> true;
		}

	}

	@ConfigurationProperties("eventsource.foreign")
	record ForeignProperties(String key, Set<String> values) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(ForeignProperties.class)
	static class Foreign {

	}

}
