package io.eventsource.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one run of a scenario has found out about a server.
 *
 * @param run the number of the run, from 1 on
 * @param scenario the name of the scenario
 * @param server the id of the server
 * @param figures the figures by their names
 * @param stalled whether the server has stalled
 * @param faults what has gone wrong, in words
 */
record Result(int run, String scenario, String server, Map<String, Double> figures, boolean stalled,
		List<String> faults) {

	/**
	 * The value of a figure, if it was found out.
	 */
	Optional<Double> value(Figure figure) {
		return Optional.ofNullable(this.figures.get(figure.name()));
	}

}
