package io.eventsource.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes results as one table in Markdown, a line for each server.
 */
final class ResultTable {

	private final Results results;

	private final List<Scenario> scenarios;

	private final List<Contender> contenders;

	ResultTable(Results results, List<Scenario> scenarios, List<Contender> contenders) {
		this.results = results;
		this.scenarios = scenarios;
		this.contenders = contenders;
	}

	@Override
	public String toString() {
		List<String> lines = new ArrayList<>();
		List<String> head = head();
		lines.add(row(head));
		lines.add("| --- |" + " --: |".repeat(head.size() - 1));
		this.contenders.forEach((contender) -> lines.add(row(cells(contender))));
		lines.add("");
		lines.addAll(notes());
		return String.join("\n", lines);
	}

	private static String row(List<String> cells) {
		return "| " + String.join(" | ", cells) + " |";
	}

	private List<String> head() {
		List<String> head = new ArrayList<>(List.of("server"));
		for (Scenario scenario : this.scenarios) {
			for (Figure figure : scenario.figures()) {
				head.add(figure.title());
				if (figure.compared()) {
					head.add("x floor");
				}
			}
		}
		return head;
	}

	private List<String> cells(Contender contender) {
		List<String> cells = new ArrayList<>(List.of(contender.title()));
		for (Scenario scenario : this.scenarios) {
			boolean stalled = this.results.of(scenario, contender).anyMatch(Result::stalled);
			for (Figure figure : scenario.figures()) {
				cells.add(this.results.spread(scenario, contender, figure)
					.map((spread) -> spread.format(figure.digits()))
					.orElse(stalled ? "stall" : "-"));
				if (figure.compared()) {
					cells.add(this.results.timesFloor(scenario, contender, figure)
						.map((times) -> times.format(2))
						.orElse("-"));
				}
			}
		}
		return cells;
	}

	private List<String> notes() {
		return this.results.all()
			.stream()
			.filter((result) -> !result.faults().isEmpty())
			.map((result) -> "- " + result.server() + ", " + result.scenario() + ", run " + result.run() + ": "
					+ String.join("; ", result.faults()))
			.toList();
	}

}
