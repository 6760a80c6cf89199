package io.eventsource.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All results.
 */
final class Results {

	private final List<Result> results = new ArrayList<>();

	void add(Result result) {
		this.results.add(result);
	}

	List<Result> all() {
		return this.results;
	}

	/**
	 * Those of one server in one scenario.
	 */
	Stream<Result> of(Scenario scenario, Contender contender) {
		return this.results.stream()
			.filter((result) -> result.scenario().equals(scenario.name()) && result.server().equals(contender.id()));
	}

	/**
	 * A figure over all runs, if it was found out at all.
	 */
	Optional<Spread> spread(Scenario scenario, Contender contender, Figure figure) {
		return spread(of(scenario, contender).map((result) -> result.value(figure)));
	}

	/**
	 * A figure as a multiple of the floor's in the same run.
	 */
	Optional<Spread> timesFloor(Scenario scenario, Contender contender, Figure figure) {
		return spread(of(scenario, contender).map((result) -> result.value(figure)
			.flatMap((value) -> floor(scenario, result.run(), figure).map((floor) -> value / floor))));
	}

	private Optional<Double> floor(Scenario scenario, int run, Figure figure) {
		return of(scenario, Contender.FLOOR).filter((floor) -> floor.run() == run)
			.findFirst()
			.flatMap((floor) -> floor.value(figure));
	}

	private static Optional<Spread> spread(Stream<Optional<Double>> values) {
		List<Double> known = values.flatMap(Optional::stream).toList();
		return known.isEmpty() ? Optional.empty() : Optional.of(Spread.of(known));
	}

	/**
	 * Medians and spreads: by scenario, server and figure.
	 */
	Map<String, Map<String, Map<String, Map<String, Double>>>> summary(List<Scenario> scenarios,
			List<Contender> contenders) {
		Map<String, Map<String, Map<String, Map<String, Double>>>> summary = new LinkedHashMap<>();
		for (Scenario scenario : scenarios) {
			for (Contender contender : contenders) {
				for (Figure figure : scenario.figures()) {
					spread(scenario, contender, figure).ifPresent((spread) -> {
						Map<String, Double> values = new LinkedHashMap<>();
						values.put("median", spread.median());
						values.put("min", spread.min());
						values.put("max", spread.max());
						timesFloor(scenario, contender, figure)
							.ifPresent((times) -> values.put("timesFloor", times.median()));
						summary.computeIfAbsent(scenario.name(), (name) -> new LinkedHashMap<>())
							.computeIfAbsent(contender.id(), (id) -> new LinkedHashMap<>())
							.put(figure.name(), values);
					});
				}
			}
		}
		return summary;
	}

}
