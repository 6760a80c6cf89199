package io.eventsource.pages;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import com.sun.source.util.JavacTask;

/**
 * Compiles code of the pages as it stands there, with what this module's tests have on
 * their class path.
 */
public final class JavaCode {

	private static final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

	private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);

	private static final Pattern TYPE = Pattern
		.compile("^(?:(?:public|abstract|final) )*(?:class|interface|record) (\\w+)", Pattern.MULTILINE);

	private JavaCode() {
	}

	/**
	 * Makes a class of code that is no file of its own: members of a class, or
	 * statements.
	 * @param name the name of the class
	 * @param surroundings the class that has what the code uses but does not declare
	 * @param imports the packages and static members that it needs no import for
	 * @return the source, whose second line is the first one of the code
	 */
	static String surround(String name, Class<?> surroundings, List<String> imports, String code) {
		StringBuilder start = new StringBuilder("package io.eventsource.pages; ");
		imports.forEach((imported) -> start.append("import ").append(imported).append("; "));
		start.append("abstract class %s extends %s {".formatted(name, surroundings.getCanonicalName()));
		String members = start + "\n" + code + "}";
		return parses(members) ? members : start + " void statements() throws Exception {\n" + code + "} }";
	}

	/**
	 * Whether code is a whole file.
	 */
	static boolean isFile(String code) {
		return PACKAGE.matcher(code).find();
	}

	private static boolean parses(String source) {
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		JavacTask task = (JavacTask) compiler.getTask(new StringWriter(), null, diagnostics, List.of("-proc:none"),
				null, List.of(new Source("Parsed", source)));
		try {
			task.parse();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return diagnostics.getDiagnostics().isEmpty();
	}

	/**
	 * Compiles files.
	 * @param folder where the classes go
	 * @return what the compiler has to complain about
	 */
	static List<Complaint> compile(Path folder, List<String> sources) {
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		List<String> options = List.of("-proc:none", "-parameters", "-d", folder.toString(), "-classpath",
				System.getProperty("java.class.path"), "--should-stop=ifError=FLOW", "-Xmaxerrs", "1000");
		compiler
			.getTask(new StringWriter(), null, diagnostics, options, null,
					sources.stream().map((source) -> new Source(name(source), source)).toList())
			.call();
		return diagnostics.getDiagnostics()
			.stream()
			.filter((diagnostic) -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
			.map(Complaint::of)
			.toList();
	}

	/**
	 * Compiles files and loads their classes.
	 * @param folder where the classes go
	 * @return the class of the first file
	 */
	public static Class<?> load(Path folder, String... sources) throws Exception {
		List<Complaint> complaints = compile(folder, List.of(sources));
		if (!complaints.isEmpty()) {
			throw new IllegalStateException(complaints.toString());
		}
		ClassLoader parent = Thread.currentThread().getContextClassLoader();
		// Not closed: classes are loaded for as long as the application runs
		return new URLClassLoader(new java.net.URL[] { folder.toUri().toURL() }, parent).loadClass(name(sources[0]));
	}

	/**
	 * The full name of the first class in a file.
	 */
	static String name(String source) {
		List<String> parts = new ArrayList<>();
		Matcher inPackage = PACKAGE.matcher(source);
		if (inPackage.find()) {
			parts.add(inPackage.group(1));
		}
		Matcher type = TYPE.matcher(source.replace("; ", ";\n"));
		if (!type.find()) {
			throw new IllegalArgumentException("No class in:\n" + source);
		}
		parts.add(type.group(1));
		return String.join(".", parts);
	}

	private static final class Source extends SimpleJavaFileObject {

		private final String code;

		private Source(String name, String code) {
			super(URI.create("pages:///" + name.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
			this.code = code;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.code;
		}

	}

	/**
	 * An error of the compiler.
	 *
	 * @param file the full name of the first class in the file
	 * @param line the line in the file
	 * @param text what is wrong
	 */
	record Complaint(String file, long line, String text) {

		private static Complaint of(Diagnostic<? extends JavaFileObject> diagnostic) {
			JavaFileObject source = diagnostic.getSource();
			String file = (source != null)
					? source.getName().replaceFirst("^/", "").replaceFirst("\\.java$", "").replace('/', '.') : "";
			return new Complaint(file, diagnostic.getLineNumber(), diagnostic.getMessage(Locale.ENGLISH));
		}

	}

}
