package io.eventsource.autoconfigure;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import io.eventsource.web.Admission;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamAdmission;
import io.eventsource.web.StreamDefinition;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans are found, ordered and left out as Spring does where it injects them.
 */
class BeanLookupTests {

	/** What the starter itself has to say: of readiness, and of tokens. */
	private static final int OURS = 2;

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebMvcAutoConfiguration.class,
				EventSourceAutoConfiguration.class));

	@Test
	void streamsAreFoundHoweverTheyAreDeclared() {
		this.runner.withUserConfiguration(Streams.class)
			.withInitializer((context) -> context.getBeanFactory().registerScope("thread", new SimpleThreadScope()))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				EventSourceEndpoint endpoint = context.getBean(EventSourceEndpoint.class);
				assertThat(endpoint.definitions()).extracting(StreamDefinition::name)
					.containsExactlyInAnyOrder("factory", "factoryOfPersonal", "factoryOfUnknown", "proxied",
							"proxyOfScope", "registered", "ofRegistrar", "typedOfRegistrar", "ofDefinitionRegistrar",
							"inherited", "lazy", "conditional");
				assertThat(endpoint.definitions()).allSatisfy((stream) -> assertThat(stream.source().publisher().get())
					.isInstanceOfAny(Publisher.class, PersonalStream.class));
			});
	}

	@Test
	void beansThatAreNoCandidatesAreNotAsked() {
		this.runner.withUserConfiguration(OneStream.class, NoCandidates.class).run((context) -> {
			EventSourceEndpoint endpoint = context.getBean(EventSourceEndpoint.class);
			assertThat(admissions(endpoint, "ticks")).hasSize(OURS + 1)
				.allSatisfy((admission) -> assertThat(admission.admit(client(), new MockHttpServletRequest()))
					.isEqualTo(Admission.accept()));
			StreamDefinition stream = endpoint.definitions().iterator().next();
			assertThat(stream.access().filters()).isEmpty();
			assertThat(stream.source().history()).isNull();
		});
	}

	@Test
	void qualifierMayComeFromADefinitionAnAliasOrAnotherAnnotation() {
		this.runner.withUserConfiguration(Aliased.class, Qualified.class).run((context) -> {
			assertThat(context).hasNotFailed();
			EventSourceEndpoint endpoint = context.getBean(EventSourceEndpoint.class);
			assertThat(admissions(endpoint, "ticks")).hasSize(OURS + 3);
			assertThat(admissions(endpoint, "others")).hasSize(OURS);
		});
	}

	@Test
	void beansOfAParentContextCount() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(ParentRules.class)) {
			this.runner.withParent(parent).withUserConfiguration(OneStream.class).run((context) -> {
				StreamDefinition stream = context.getBean(EventSourceEndpoint.class).definitions().iterator().next();
				assertThat(stream.access().filters()).hasSize(1);
				assertThat(stream.source().history()).isNotNull();
				assertThat(admissions(context.getBean(EventSourceEndpoint.class), "ticks")).hasSize(OURS + 1)
					.anySatisfy((admission) -> assertThat(admission.admit(client(), new MockHttpServletRequest()))
						.isEqualTo(Admission.forbidden()));
			});
		}
	}

	@Test
	void ruleForAStreamThatAConditionLeavesOutIsNoMistake() {
		this.runner.withUserConfiguration(Conditional.class).run((context) -> assertThat(context).hasNotFailed());
		this.runner.withUserConfiguration(Conditional.class)
			.withPropertyValues("optional=true")
			.run((context) -> assertThat(admissions(context.getBean(EventSourceEndpoint.class), "optional"))
				.hasSize(OURS + 1));
	}

	@Test
	void writerIsToldTheLimit() {
		List<Integer> limits = new ArrayList<>();
		this.runner.withUserConfiguration(Ticking.class).withBean(DataWriter.class, () -> new DataWriter() {

			@Override
			public String write(Object data) {
				return String.valueOf(data);
			}

			@Override
			public String write(Object data, int maxLength) {
				limits.add(maxLength);
				return String.valueOf(data);
			}

		}).withPropertyValues("eventsource.max-event-size=10KB").run((context) -> {
			context.getBean(EventChannel.class).publish(Event.of(3));
			assertThat(limits).isNotEmpty().allMatch((limit) -> limit <= 10240);
		});
	}

	private static List<StreamAdmission> admissions(EventSourceEndpoint endpoint, String stream) {
		return endpoint.definitions()
			.stream()
			.filter((definition) -> definition.name().equals(stream))
			.findFirst()
			.orElseThrow()
			.access()
			.admissions();
	}

	private static EventClient client() {
		return EventClient.builder("1", "ticks").build();
	}

	@Configuration(proxyBeanMethods = false)
	static class OneStream {

		@Bean
		Flux<Event> ticks() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Ticking {

		@Bean
		EventChannel ticking() {
			return EventChannel.create();
		}

	}

	abstract static class Generic<T> {

		@Bean
		Flux<T> inherited() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Registrar.class, DefinitionRegistrar.class })
	static class Streams extends Generic<Event> {

		Streams(ConfigurableListableBeanFactory beanFactory) {
			beanFactory.registerSingleton("registered", EventChannel.create());
		}

		@Bean
		FactoryBean<Flux<Event>> factory() {
			return new Factory<>(Flux::never, Flux.class);
		}

		@Bean
		FactoryBean<PersonalStream> factoryOfPersonal() {
			return new Factory<>(() -> (client) -> Flux.never(), PersonalStream.class);
		}

		@Bean
		static FactoryBean<?> factoryOfUnknown() {
			return new Factory<>(EventChannel::create, EventChannel.class);
		}

		@Bean
		ProxyFactoryBean proxied() {
			ProxyFactoryBean proxy = new ProxyFactoryBean();
			proxy.setInterfaces(PersonalStream.class);
			proxy.setTarget((PersonalStream) (client) -> Flux.never());
			return proxy;
		}

		@Bean
		@Scope(value = "thread", proxyMode = ScopedProxyMode.INTERFACES)
		PersonalStream proxyOfScope() {
			return (client) -> Flux.never();
		}

		@Bean
		@Lazy
		Flux<Event> lazy() {
			return Flux.never();
		}

		@Bean
		@ConditionalOnProperty(name = "absent", matchIfMissing = true)
		Flux<Event> conditional() {
			return Flux.never();
		}

		@Bean
		@ConditionalOnProperty("absent")
		Flux<Event> absent() {
			return Flux.never();
		}

	}

	record Factory<T>(Supplier<T> maker, Class<?> type) implements FactoryBean<T> {

		@Override
		public T getObject() {
			return this.maker.get();
		}

		@Override
		public Class<?> getObjectType() {
			return this.type;
		}

	}

	static class Registrar implements BeanRegistrar {

		@Override
		public void register(BeanRegistry registry, Environment environment) {
			registry.registerBean("ofRegistrar", EventChannel.class,
					(spec) -> spec.supplier((context) -> EventChannel.create()));
			registry.registerBean("typedOfRegistrar", new ParameterizedTypeReference<Flux<Event>>() {
			}, (spec) -> spec.supplier((context) -> Flux.never()));
		}

	}

	static class DefinitionRegistrar implements ImportBeanDefinitionRegistrar {

		@Override
		public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
			registry.registerBeanDefinition("ofDefinitionRegistrar",
					new RootBeanDefinition(EventChannel.class, EventChannel::create));
			RootBeanDefinition template = new RootBeanDefinition(EventChannel.class, EventChannel::create);
			template.setAbstract(true);
			registry.registerBeanDefinition("template", template);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoCandidates {

		@Bean(autowireCandidate = false)
		StreamAdmission internal() {
			return (client, request) -> Admission.forbidden();
		}

		@Bean(defaultCandidate = false)
		StreamAdmission onlyByQualifier() {
			return (client, request) -> Admission.forbidden();
		}

		@Bean(autowireCandidate = false)
		EventFilter filter() {
			return (event, client) -> false;
		}

		@Bean(defaultCandidate = false)
		EventHistory history() {
			return (id, client, limit) -> Stream.empty();
		}

		@Bean
		StreamAdmission nothing() {
			return null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Aliased {

		@Bean({ "ticks", "clock" })
		Flux<Event> ticks() {
			return Flux.never();
		}

		@Bean
		Flux<Event> others() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Qualified.ByDefinition.class)
	static class Qualified {

		@Bean
		@Qualifier("clock")
		StreamAdmission byAlias() {
			return (client, request) -> Admission.forbidden();
		}

		@Bean(defaultCandidate = false)
		@ForTicks
		StreamAdmission byAnotherAnnotation() {
			return (client, request) -> Admission.forbidden();
		}

		static class ByDefinition implements ImportBeanDefinitionRegistrar {

			@Override
			public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
				RootBeanDefinition definition = new RootBeanDefinition(StreamAdmission.class,
						() -> (client, request) -> Admission.forbidden());
				definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, "ticks"));
				registry.registerBeanDefinition("byDefinition", definition);
			}

		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Qualifier("ticks")
	@interface ForTicks {

	}

	@Configuration(proxyBeanMethods = false)
	static class ParentRules {

		@Bean
		@Qualifier("ticks")
		StreamAdmission admission() {
			return (client, request) -> Admission.forbidden();
		}

		@Bean
		EventFilter filter() {
			return (event, client) -> false;
		}

		@Bean
		EventHistory history() {
			return (id, client, limit) -> Stream.empty();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Conditional {

		@Bean
		@ConditionalOnProperty("optional")
		Flux<Event> optional() {
			return Flux.never();
		}

		@Bean
		@Qualifier("optional")
		StreamAdmission admission() {
			return (client, request) -> Admission.forbidden();
		}

	}

}
