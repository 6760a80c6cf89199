package io.eventsource;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is in the folder {@code conformance}, whose README describes it.
 */
public final class ConformanceKit {

	private static final JsonNode kit = read("vectors.json");

	private static final JsonNode faults = read("faults.json");

	private ConformanceKit() {
	}

	private static JsonNode read(String file) {
		try (InputStream stream = ConformanceKit.class.getResourceAsStream("/conformance/" + file)) {
			return JsonMapper.shared().readTree(stream);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public static List<WireVector> vectors() {
		return all("vectors", WireVector::new);
	}

	/**
	 * The ids that vectors expect of events without one, in the order of the events.
	 */
	public static List<String> ownIds() {
		return kit.get("ownIds").valueStream().map(JsonNode::asString).toList();
	}

	public static List<HttpCase> httpCases() {
		return all("http", HttpCase::new);
	}

	private static <T> List<T> all(String name, Function<JsonNode, T> type) {
		return kit.get(name).valueStream().map(type).toList();
	}

	/**
	 * The events of a stream that the cases of HTTP ask for.
	 */
	public static List<Event> stream(String name) {
		return kit.get("streams").get(name).get("publish").valueStream().map(WireVector::event).toList();
	}

	/**
	 * Whether a reader is known to get a vector wrong.
	 * @param reader the reader, without its version
	 * @param vector the vector
	 */
	public static boolean hasFault(String reader, WireVector vector) {
		return faults(reader).anyMatch((fault) -> fault.has(vector.name()));
	}

	/**
	 * Whether a reader is known to dispatch other events than it should.
	 * @param reader the reader, without its version
	 * @param vector the vector
	 */
	public static boolean hasFaultyEvents(String reader, WireVector vector) {
		return faults(reader, "events").anyMatch((fault) -> fault.has(vector.name()));
	}

	private static Stream<JsonNode> faults(String reader, String... kinds) {
		return faults.propertyStream()
			.filter((entry) -> entry.getKey().startsWith(reader + " "))
			.flatMap((entry) -> entry.getValue().propertyStream())
			.filter((entry) -> kinds.length == 0 || List.of(kinds).contains(entry.getKey()))
			.map(Map.Entry::getValue);
	}

	/**
	 * The rows of the rules that have a sentence.
	 */
	public static Set<Integer> rules() {
		Set<Integer> rows = new TreeSet<>();
		kit.get("rules").forEachEntry((row, rule) -> rows.add(Integer.valueOf(row)));
		return rows;
	}

	/**
	 * The names of vectors that some reader is said to get wrong.
	 */
	public static Set<String> faultyVectors() {
		Set<String> names = new TreeSet<>();
		faults.forEach((reader) -> reader.forEach((kind) -> names.addAll(kind.propertyNames())));
		return names;
	}

}
