package io.eventsource.recipes;

import io.eventsource.Event;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An observable of RxJava.
 */
@Configuration(proxyBeanMethods = false)
class RxReadings {

	@Bean
	Flowable<Event> readings(Sensor sensor) {
		return sensor.readings().toFlowable(BackpressureStrategy.LATEST).map((reading) -> Event.of("reading", reading));
	}

	interface Sensor {

		Observable<Reading> readings();

	}

	record Reading(String room, double celsius) {

	}

}
