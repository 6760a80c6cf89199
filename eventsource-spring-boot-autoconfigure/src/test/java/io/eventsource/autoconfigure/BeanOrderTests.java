package io.eventsource.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.web.Admission;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamAdmission;
import jakarta.annotation.Priority;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans are asked in the order in which Spring injects them.
 */
class BeanOrderTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebMvcAutoConfiguration.class,
				EventSourceAutoConfiguration.class));

	@Test
	void admissionsAreAskedInTheOrderOfSpring() {
		this.runner.withUserConfiguration(OneStream.class, Ordering.class).run((context) -> {
			List<String> asked = context.getBean(Ordering.class).asked;
			List<StreamAdmission> injected = context.getBean(Ordering.class).injected;
			injected.forEach((admission) -> admission.admit(client(), new MockHttpServletRequest()));
			List<String> expected = List.copyOf(asked);
			asked.clear();
			admissions(context.getBean(EventSourceEndpoint.class), "ticks")
				.forEach((admission) -> admission.admit(client(), new MockHttpServletRequest()));
			assertThat(asked).isEqualTo(expected)
				.containsExactly("PriorityOrdered", "attribute", "method", "class", "Priority", "Ordered", "none");
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

	/**
	 * An admission that says that it was asked.
	 */
	static class Asked implements StreamAdmission {

		private final Ordering application;

		private final String name;

		Asked(Ordering application, String name) {
			this.application = application;
			this.name = name;
		}

		@Override
		public Admission admit(EventClient client, HttpServletRequest request) {
			this.application.asked.add(this.name);
			return Admission.accept();
		}

	}

	@Order(3)
	static class ByClass extends Asked {

		ByClass(Ordering application) {
			super(application, "class");
		}

	}

	@Priority(4)
	static class ByPriority extends Asked {

		ByPriority(Ordering application) {
			super(application, "Priority");
		}

	}

	static class ByItself extends Asked implements Ordered {

		ByItself(Ordering application) {
			super(application, "Ordered");
		}

		@Override
		public int getOrder() {
			return 5;
		}

	}

	static class First extends Asked implements PriorityOrdered {

		First(Ordering application) {
			super(application, "PriorityOrdered");
		}

		@Override
		public int getOrder() {
			return 6;
		}

	}

	@Configuration
	@Import(Ordering.Attribute.class)
	static class Ordering {

		private final List<String> asked = new ArrayList<>();

		private List<StreamAdmission> injected;

		@Bean
		String collector(List<StreamAdmission> admissions) {
			this.injected = admissions.stream().filter(Asked.class::isInstance).toList();
			return "collected";
		}

		@Bean
		StreamAdmission none() {
			return new Asked(this, "none");
		}

		@Bean
		StreamAdmission ordered() {
			return new ByItself(this);
		}

		@Bean
		ByPriority priority() {
			return new ByPriority(this);
		}

		@Bean
		ByClass ofClass() {
			return new ByClass(this);
		}

		@Bean
		@Order(2)
		StreamAdmission ofMethod() {
			return new Asked(this, "method");
		}

		@Bean
		StreamAdmission first() {
			return new First(this);
		}

		static class Attribute implements BeanRegistrar {

			@Override
			public void register(BeanRegistry registry, Environment environment) {
				registry.registerBean("attribute", Asked.class, (spec) -> spec.order(1)
					.supplier((context) -> new Asked(context.bean(Ordering.class), "attribute")));
			}

		}

	}

}
