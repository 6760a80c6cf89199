package io.eventsource.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Draws some figures of a results file as bars, for the README: an SVG for light and dark
 * pages.
 */
public final class Chart {

	private static final int LABELS = 250;

	private static final int PANEL = 190;

	private static final int BAR = 110;

	private static final int ROW = 26;

	private static final int TOP = 46;

	private static final List<Panel> PANELS = List.of(
			new Panel("fan-out", "cpu", 2, "CPU per event and client", "at full speed", "µs"),
			new Panel("steady", "cpu", 1, "CPU per event and client", "at 50 events a second", "µs"),
			new Panel("idle", "residentTwice", 0, "Memory per idle client", "of 10,000", "KiB"));

	private final List<Contender> contenders;

	private final JsonNode summary;

	private final StringBuilder svg = new StringBuilder();

	private Chart(JsonNode summary) {
		this.summary = summary;
		this.contenders = Stream.of(Contender.values())
			.filter((contender) -> PANELS.stream().anyMatch((panel) -> value(panel, contender, "median") >= 0))
			.toList();
	}

	/**
	 * Draws a chart.
	 * @param args the results file and the file to write
	 * @throws IOException if one cannot be read, or the other not be written
	 */
	public static void main(String[] args) throws IOException {
		JsonNode results = JsonMapper.shared().readTree(Path.of(args[0]));
		Files.writeString(Path.of(args[1]), new Chart(results.path("summary")).draw());
	}

	private String draw() {
		int width = LABELS + PANELS.size() * PANEL;
		int height = TOP + this.contenders.size() * ROW + 8;
		add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">",
				width, height, width, height);
		add("<title>%s</title>", title());
		add("""
				<style>
				text { font: 13px system-ui, sans-serif; fill: #24292f; }
				.head, .value { font-size: 12px; }
				.own { font-weight: 600; }
				rect { fill: #9aa4af; }
				rect.own { fill: #1f7a4d; }
				line { stroke: #57606a; }
				@media (prefers-color-scheme: dark) {
				text { fill: #e6edf3; }
				rect { fill: #6e7681; }
				rect.own { fill: #3fb97b; }
				line { stroke: #c9d1d9; }
				}
				</style>""");
		for (int row = 0; row < this.contenders.size(); row++) {
			Contender contender = this.contenders.get(row);
			add("<text%s x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", type(contender), LABELS - 12,
					TOP + row * ROW + 16, label(contender));
		}
		for (int column = 0; column < PANELS.size(); column++) {
			draw(PANELS.get(column), LABELS + column * PANEL);
		}
		add("</svg>");
		return this.svg.toString();
	}

	private void draw(Panel panel, int left) {
		add("<text class=\"head\" x=\"%d\" y=\"16\">%s</text>", left, panel.title());
		add("<text class=\"head\" x=\"%d\" y=\"32\">%s</text>", left, panel.load() + ", " + panel.unit());
		double greatest = this.contenders.stream()
			.mapToDouble((contender) -> value(panel, contender, "max"))
			.max()
			.orElseThrow();
		for (int row = 0; row < this.contenders.size(); row++) {
			Contender contender = this.contenders.get(row);
			double median = value(panel, contender, "median");
			int y = TOP + row * ROW;
			if (median < 0) {
				add("<text class=\"value\" x=\"%d\" y=\"%d\">stall</text>", left, y + 16);
				continue;
			}
			double scale = BAR / greatest;
			double end = value(panel, contender, "max") * scale;
			add("<rect%s x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>", type(contender), left, y + 3,
					Math.max(1, median * scale), ROW - 8);
			add("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>", left + value(panel, contender, "min") * scale,
					y + ROW / 2 - 1, left + end, y + ROW / 2 - 1);
			add("<text class=\"value\" x=\"%.1f\" y=\"%d\">%s</text>", left + Math.max(median * scale, end) + 6, y + 16,
					String.format(Locale.ROOT, "%." + panel.digits() + "f", median));
		}
	}

	private String title() {
		List<String> words = new ArrayList<>();
		for (Contender contender : this.contenders) {
			words.add(label(contender) + ": "
					+ String.join(", ",
							PANELS.stream()
								.map((panel) -> String.format(Locale.ROOT, "%." + panel.digits() + "f %s", //
										value(panel, contender, "median"), panel.unit()))
								.toList()));
		}
		return "Less is better. " + String.join("; ", words);
	}

	private double value(Panel panel, Contender contender, String statistic) {
		return this.summary.path(panel.scenario())
			.path(contender.id())
			.path(panel.figure())
			.path(statistic)
			.asDouble(-1);
	}

	private static String type(Contender contender) {
		return contender.isStarter() ? " class=\"own\"" : "";
	}

	private static String label(Contender contender) {
		return contender.title().replace("*", "").replace("`", "");
	}

	private void add(String format, Object... values) {
		this.svg.append(String.format(Locale.ROOT, format, values)).append('\n');
	}

	/**
	 * A column of bars.
	 *
	 * @param scenario the name of the scenario
	 * @param figure the name of the figure
	 * @param digits how many digits are shown behind the point
	 * @param title what it is
	 * @param load of which load
	 * @param unit in what it is measured
	 */
	private record Panel(String scenario, String figure, int digits, String title, String load, String unit) {

	}

}
