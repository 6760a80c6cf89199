package io.eventsource.recipes;

import java.util.List;
import java.util.stream.Stream;

import io.eventsource.recipes.RxReadings.Reading;
import io.eventsource.recipes.RxReadings.Sensor;
import io.reactivex.rxjava3.subjects.PublishSubject;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class RxReadingsTests {

	@Test
	void readingsOfAnObservableAreServed() throws Exception {
		try (Server server = Server.start(List.of(RxReadings.class, Application.class));
				Stream<String> lines = server.connect("readings")) {
			PublishSubject<Reading> readings = server.bean(Application.class).readings;
			await().until(readings::hasObservers);
			readings.onNext(new Reading("cellar", 11.5));
			readings.onNext(new Reading("attic", 31));
			assertThat(Server.read(lines, "data", 2)).containsExactly("{\"room\":\"cellar\",\"celsius\":11.5}",
					"{\"room\":\"attic\",\"celsius\":31.0}");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final PublishSubject<Reading> readings = PublishSubject.create();

		@Bean
		Sensor sensor() {
			return () -> this.readings;
		}

	}

}
