package io.eventsource.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One kind of load.
 */
interface Scenario {

	String name();

	/**
	 * What is found out, in the order of the table.
	 */
	List<Figure> figures();

	/**
	 * Whether it makes sense for a server.
	 */
	default boolean suits(Contender contender) {
		return true;
	}

	/**
	 * Puts a server of its own under the load.
	 * @param faults takes what has gone wrong, in words
	 * @return the figures by their names; those that could not be found out are absent
	 * @throws Stall if the server stops serving its clients
	 */
	Map<String, Double> run(Contender contender, List<String> faults) throws IOException, Stall;

}
