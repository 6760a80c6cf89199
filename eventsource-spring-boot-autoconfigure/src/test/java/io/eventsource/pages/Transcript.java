package io.eventsource.pages;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.eventsource.web.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a page shows of a terminal: curl, and the answer of the page's first application.
 */
final class Transcript {

	private static final Pattern COMMAND = Pattern.compile("\\$ curl -N localhost:8080(/\\S*)\n(.*)", Pattern.DOTALL);

	/** What differs each time. */
	private static final List<String> VARIABLES = List.of("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z",
			"[0-9a-z]{15}(?=[~-]\\d+$)");

	private Transcript() {
	}

	/**
	 * Compares what is on the page with what curl gets now.
	 */
	static void check(Page.Block block, Path folder) throws Exception {
		Matcher command = COMMAND.matcher(block.code());
		assertThat(command.matches()).as(block.code()).isTrue();
		List<String> expected = shape(command.group(2).lines().toList());
		String source = Page.of(block.page()).code("SpringApplication.run");
		try (TestServer server = TestServer.start(TestServer.Container.TOMCAT, JavaCode.load(folder, source))) {
			assertThat(shape(curl(server.uri(command.group(1)).toString(), expected.size()))).isEqualTo(expected);
		}
	}

	private static List<String> curl(String uri, int lines) throws Exception {
		Process curl = new ProcessBuilder("curl", "--silent", "-N", uri).redirectErrorStream(true).start();
		try {
			List<String> answer = new ArrayList<>();
			while (answer.size() < lines) {
				answer.add(curl.inputReader().readLine());
			}
			return answer;
		}
		finally {
			curl.destroy();
			curl.waitFor();
		}
	}

	private static List<String> shape(List<String> lines) {
		return lines.stream().map((line) -> {
			String shape = line;
			for (String variable : VARIABLES) {
				shape = Pattern.compile(variable).matcher(shape).replaceAll("*");
			}
			return shape;
		}).toList();
	}

}
