package io.eventsource.pages;

import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.eventsource.web.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tests that docs/testing.md shows, run as they stand there.
 */
class TestingPageTests {

	@TempDir
	private Path folder;

	@Test
	void testsOnThePagePass() throws Exception {
		List<String> files = Page.of("docs/testing.md")
			.blocks()
			.stream()
			.map(Page.Block::code)
			.filter(JavaCode::isFile)
			.toList();
		Class<?> application = JavaCode.load(this.folder, files.toArray(String[]::new));
		// Not what is on the class path for other tests of this module
		Files.writeString(this.folder.resolve("application.properties"),
				TestServer.without(TestServer.DATABASE, TestServer.SECURITY) + "\nserver.address=127.0.0.1\n");
		List<String> names = files.stream().map(JavaCode::name).filter((name) -> name.endsWith("Tests")).toList();
		assertThat(names).hasSizeGreaterThanOrEqualTo(6);
		TestExecutionSummary summary = run((URLClassLoader) application.getClassLoader(), names);
		assertThat(summary.getFailures()
			.stream()
			.map((failure) -> failure.getTestIdentifier() + ": " + failure.getException())).isEmpty();
		assertThat(summary.getTestsSucceededCount()).isGreaterThanOrEqualTo(names.size());
		assertThat(summary.getTestsSkippedCount() + summary.getTestsAbortedCount()).isZero();
	}

	private static TestExecutionSummary run(ClassLoader classes, List<String> names) throws Exception {
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		Thread.currentThread().setContextClassLoader(classes);
		try {
			SummaryGeneratingListener listener = new SummaryGeneratingListener();
			LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request()
				.filters(EngineFilter.includeEngines("junit-jupiter"));
			for (String name : names) {
				request.selectors(DiscoverySelectors.selectClass(classes.loadClass(name)));
			}
			LauncherFactory.create().execute(request.build(), listener);
			return listener.getSummary();
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

}
