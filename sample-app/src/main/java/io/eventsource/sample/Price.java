package io.eventsource.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

import reactor.core.publisher.Flux;

/**
 * The price of something at a moment.
 *
 * @param symbol the name of what is traded
 * @param price the price, in hundredths at the finest
 * @param time the moment
 */
record Price(String symbol, double price, Instant time) {

	private static final double START = 100;

	private static final double VOLATILITY = 0.001;

	private static final Duration PACE = Duration.ofMillis(200);

	/**
	 * Lets a price go up and down at random, without end.
	 */
	static Flux<Price> walk(String symbol) {
		return Flux.interval(PACE)
			.scan(START, (price, n) -> price * (1 + VOLATILITY * ThreadLocalRandom.current().nextGaussian()))
			.map((price) -> new Price(symbol, Math.round(price * 100) / 100.0, Instant.now()));
	}

}
