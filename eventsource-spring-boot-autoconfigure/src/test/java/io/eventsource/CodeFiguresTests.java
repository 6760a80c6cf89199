package io.eventsource;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The figures that keep files and classes readable. An exception is listed with its
 * figure, so that it can only become smaller.
 */
class CodeFiguresTests {

	private static final int MAX_LINES = 250;

	private static final int MAX_TEST_LINES = 500;

	private static final int MAX_BODY_LINES = 25;

	private static final int MAX_FIELDS = 10;

	private static final int MAX_PARAMETERS = 6;

	/**
	 * An event and the settings of a stream, each with its builder, which is nested and
	 * has a documented method for each value; and the endpoint, whose documented methods
	 * do little more than to call others.
	 */
	private static final Map<String, Integer> LONG_FILES = Map.of("Event.java", 262, "EventClient.java", 263,
			"EventSourceEndpoint.java", 382, "EventStreamBuilder.java", 269, "StreamSettings.java", 276);

	private static final Map<String, Integer> LONG_BODIES = Map.of();

	/**
	 * Flat records of properties, whose names are API, and of what is reported; builders,
	 * with a field for each option; a frame, which is one object for each event; and the
	 * clients of a worker, with a field for each of their concerns.
	 */
	private static final Map<String, Integer> LARGE_CLASSES = Map.ofEntries(Map.entry("Builder", 17),
			Map.entry("ClientGroup", 11), Map.entry("EventClient", 14), Map.entry("EventSourceProperties", 31),
			Map.entry("EventStreamBuilder", 18), Map.entry("Frame", 14), Map.entry("StreamDescriptor", 15),
			Map.entry("StreamProperties", 25), Map.entry("StreamSnapshot", 11));

	/**
	 * Flat records of properties and of what is reported, and what is made for each
	 * event, which is to be a single object.
	 */
	private static final Map<String, Integer> LONG_CONSTRUCTORS = Map.ofEntries(Map.entry("ClientDescriptor", 10),
			Map.entry("DispatcherSnapshot", 7), Map.entry("EncodedEvent", 8), Map.entry("EventClient", 14),
			Map.entry("EventSourceProperties", 31), Map.entry("Frame", 12), Map.entry("Slice", 7),
			Map.entry("StreamDescriptor", 15), Map.entry("StreamProperties", 25), Map.entry("StreamSnapshot", 11),
			Map.entry("TopicDescriptor", 9));

	@Test
	void filesAreShort() throws IOException {
		Map<String, Integer> lines = new TreeMap<>();
		for (Path source : sources()) {
			lines.put(source.getFileName().toString(), Files.readAllLines(source).size());
		}
		assertThat(lines).hasSizeGreaterThan(80);
		lines.values().removeIf((count) -> count <= MAX_LINES);
		assertThat(lines).isEqualTo(LONG_FILES);
	}

	@Test
	void testClassesAreShort() throws IOException {
		Map<String, Integer> lines = new TreeMap<>();
		for (Path source : testSources()) {
			lines.put(source.toString(), Files.readAllLines(source).size());
		}
		assertThat(lines).hasSizeGreaterThan(150);
		assertThat(lines.values()).anyMatch((count) -> count > 300);
		lines.values().removeIf((count) -> count <= MAX_TEST_LINES);
		assertThat(lines).isEmpty();
	}

	@Test
	void methodsAreShort() throws IOException {
		Map<String, Integer> bodies = bodies();
		assertThat(bodies).hasSizeGreaterThan(400);
		assertThat(bodies.values()).anyMatch((count) -> count > 15);
		bodies.values().removeIf((count) -> count <= MAX_BODY_LINES);
		assertThat(bodies).isEqualTo(LONG_BODIES);
	}

	@Test
	void classesHaveFewFields() throws IOException {
		Map<String, Integer> fields = count((type) -> (int) type.getFields()
			.stream()
			.filter((field) -> !field.getModifiers().contains(JavaModifier.STATIC))
			.filter((field) -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
			.count());
		fields.values().removeIf((count) -> count <= MAX_FIELDS);
		assertThat(fields).isEqualTo(LARGE_CLASSES);
	}

	@Test
	void constructorsHaveFewParameters() throws IOException {
		Map<String, Integer> parameters = count((type) -> type.getConstructors()
			.stream()
			.mapToInt((constructor) -> constructor.getRawParameterTypes().size())
			.max()
			.orElse(0));
		parameters.values().removeIf((count) -> count <= MAX_PARAMETERS);
		assertThat(parameters).isEqualTo(LONG_CONSTRUCTORS);
	}

	private static Map<String, Integer> count(ToIntFunction<JavaClass> figure) throws IOException {
		Map<String, Integer> counts = new TreeMap<>();
		Set<String> files = sources().stream().map((file) -> file.getFileName().toString()).collect(Collectors.toSet());
		new ClassFileImporter().importPackages("io.eventsource")
			.stream()
			.filter((type) -> type.getSource().flatMap(Source::getFileName).filter(files::contains).isPresent())
			.forEach((type) -> counts.merge(type.getSimpleName(), figure.applyAsInt(type), Math::max));
		assertThat(counts).hasSizeGreaterThan(80);
		return counts;
	}

	private static List<Path> sources() throws IOException {
		return sources(Path.of("src/main/java/io/eventsource"));
	}

	/** Of all modules. */
	private static List<Path> testSources() throws IOException {
		List<Path> sources = new ArrayList<>();
		try (DirectoryStream<Path> modules = Files.newDirectoryStream(Path.of(".."))) {
			for (Path module : modules) {
				Path tests = module.resolve("src/test/java");
				if (Files.isDirectory(tests)) {
					sources.addAll(sources(tests));
				}
			}
		}
		return sources;
	}

	private static List<Path> sources(Path folder) throws IOException {
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter((file) -> file.toString().endsWith(".java")).toList();
		}
	}

	/**
	 * The number of lines between the braces of each method.
	 */
	private static Map<String, Integer> bodies() throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		Map<String, Integer> bodies = new TreeMap<>();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
			JavacTask task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null,
					files.getJavaFileObjectsFromPaths(sources()));
			SourcePositions positions = Trees.instance(task).getSourcePositions();
			for (CompilationUnitTree unit : task.parse()) {
				new Bodies(unit, positions, bodies).scan(unit, null);
			}
		}
		return bodies;
	}

	/**
	 * Measures the methods of one file.
	 */
	private static final class Bodies extends TreeScanner<Void, Void> {

		private final CompilationUnitTree unit;

		private final SourcePositions positions;

		private final Map<String, Integer> bodies;

		Bodies(CompilationUnitTree unit, SourcePositions positions, Map<String, Integer> bodies) {
			this.unit = unit;
			this.positions = positions;
			this.bodies = bodies;
		}

		@Override
		public Void visitMethod(MethodTree method, Void nothing) {
			if (method.getBody() != null) {
				LineMap lines = this.unit.getLineMap();
				long start = this.positions.getStartPosition(this.unit, method.getBody());
				long first = lines.getLineNumber(start);
				long last = lines.getLineNumber(this.positions.getEndPosition(this.unit, method.getBody()));
				String file = Path.of(this.unit.getSourceFile().getName()).getFileName().toString();
				this.bodies.put(file + ":" + first + " " + method.getName(), (int) Math.max(0, last - first - 1));
			}
			return super.visitMethod(method, nothing);
		}

	}

}
