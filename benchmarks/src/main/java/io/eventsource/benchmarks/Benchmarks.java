package io.eventsource.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs scenarios against servers, prints a table and writes all results to a file.
 */
public final class Benchmarks {

	private static final PrintStream progress = System.err;

	private final Options options;

	private final List<Scenario> scenarios;

	private final Results results = new Results();

	private Benchmarks(Options options) {
		this.options = options;
		this.scenarios = scenarios(options);
	}

	/**
	 * Runs what the command line asks for.
	 * @param args options and names of scenarios
	 * @throws IOException if the results cannot be written
	 */
	public static void main(String[] args) throws IOException {
		try {
			new Benchmarks(Options.parse(args)).run();
		}
		catch (IllegalArgumentException ex) {
			progress.println(ex.getMessage());
			System.exit(2);
		}
	}

	private static List<Scenario> scenarios(Options options) {
		boolean quick = options.quick();
		List<Scenario> all = List.of(FanOut.once(quick), new Steady(quick), FanOut.lasting(quick), new Idle(quick),
				new SilentClients(quick), new PoorClients(quick), new Churn(quick), new ResumeStorm(quick, 1024),
				new ResumeStorm(quick, 65_536), new ThroughRedis(quick), new TwoInstances(quick), new Topics(quick));
		if (options.scenarios().isEmpty()) {
			return quick ? all.subList(0, 2) : all;
		}
		List<String> names = all.stream().map(Scenario::name).toList();
		options.scenarios().stream().filter((name) -> !names.contains(name)).findFirst().ifPresent((name) -> {
			throw new IllegalArgumentException("There is no scenario " + name + "; there are " + names);
		});
		return all.stream().filter((scenario) -> options.scenarios().contains(scenario.name())).toList();
	}

	private void run() throws IOException {
		Map<String, Object> environment = environment();
		// Each run takes all servers in turn, so that what disturbs the machine for a
		// while does not fall on one alone
		for (int run = 1; run <= this.options.runs(); run++) {
			for (Scenario scenario : this.scenarios) {
				for (Contender contender : this.options.contenders()) {
					if (scenario.suits(contender)) {
						run(run, scenario, contender);
						// Who ends a run of an hour early keeps what there is
						write(environment);
					}
				}
			}
		}
		System.out.println(new ResultTable(this.results, this.scenarios, this.options.contenders()));
		progress.println("Results are in " + this.options.output());
	}

	private void run(int run, Scenario scenario, Contender contender) {
		List<String> faults = new ArrayList<>();
		Map<String, Double> figures = Map.of();
		boolean stalled = false;
		try {
			figures = scenario.run(contender, faults);
		}
		catch (Stall ex) {
			stalled = true;
			faults.add(ex.getMessage());
		}
		catch (IOException | RuntimeException ex) {
			faults.add(ex.toString());
		}
		Result result = new Result(run, scenario.name(), contender.id(), figures, stalled, faults);
		this.results.add(result);
		progress.println(result);
	}

	private Map<String, Object> environment() throws IOException {
		Map<String, Object> environment = new LinkedHashMap<>();
		environment.put("time", Instant.now().toString());
		environment.put("java", System.getProperty("java.vendor") + " " + Runtime.version());
		environment.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
				+ System.getProperty("os.arch"));
		environment.put("processor", processor());
		environment.put("loadAverageBefore", loadAverage());
		return environment;
	}

	private static double loadAverage() {
		return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
	}

	private static String processor() throws IOException {
		Path info = Path.of("/proc/cpuinfo");
		if (!Files.exists(info)) {
			return "unknown";
		}
		try (Stream<String> lines = Files.lines(info)) {
			List<String> models = lines.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).trim())
				.toList();
			return models.isEmpty() ? "unknown" : models.size() + " x " + models.get(0);
		}
	}

	private void write(Map<String, Object> environment) throws IOException {
		environment.put("loadAverageAfter", loadAverage());
		Map<String, Object> content = new LinkedHashMap<>();
		content.put("environment", environment);
		content.put("quick", this.options.quick());
		content.put("summary", this.results.summary(this.scenarios, this.options.contenders()));
		content.put("runs", this.results.all());
		Path output = this.options.output();
		Files.createDirectories(output.toAbsolutePath().getParent());
		Files.writeString(output,
				JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(content)
						+ "\n");
	}

}
