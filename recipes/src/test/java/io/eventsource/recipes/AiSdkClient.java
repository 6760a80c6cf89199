package io.eventsource.recipes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tabs of a page that uses the AI SDK, run by Node.js.
 */
final class AiSdkClient implements AutoCloseable {

	/** Where npm has installed it, with the other clients of the tests. */
	private static final Path CLIENTS = Path.of("../eventsource-spring-boot-autoconfigure/src/test/clients");

	private static final JsonMapper JSON = new JsonMapper();

	private final Map<String, Tab> tabs = new ConcurrentHashMap<>();

	private final Process process;

	private final Writer input;

	/**
	 * Starts Node.js. Skips the test if this machine has not what it needs.
	 */
	AiSdkClient(int port) throws IOException {
		assumeTrue(Files.isDirectory(CLIENTS.resolve("node_modules/ai")),
				() -> "The AI SDK needs Node.js and npm (packages nodejs and npm on Debian) and, once, `npm ci` in "
						+ CLIENTS.toAbsolutePath().normalize());
		this.process = new ProcessBuilder("node", "ai-sdk.mjs", "http://127.0.0.1:" + port + "/api/chat")
			.directory(CLIENTS.toFile())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		this.input = this.process.outputWriter();
		Thread thread = new Thread(this::read, "AI SDK");
		thread.setDaemon(true);
		thread.start();
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader()) {
			output.lines()
				.map((line) -> JSON.readValue(line, Tab.class))
				.forEach((tab) -> this.tabs.put(tab.tab(), tab));
		}
		catch (IOException | UncheckedIOException ex) {
			// Ended
		}
	}

	void ask(String tab, String chat, String question) {
		write(Map.of("tab", tab, "chat", chat, "ask", question));
	}

	void resume(String tab, String chat) {
		write(Map.of("tab", tab, "chat", chat, "resume", true));
	}

	void leave(String tab) {
		write(Map.of("tab", tab, "leave", true));
	}

	private synchronized void write(Map<String, ?> command) {
		try {
			this.input.write(JSON.writeValueAsString(command) + "\n");
			this.input.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Waits until a tab shows these answers, with this status, and no error.
	 */
	void shows(String tab, String status, String... answers) {
		shows(new Tab(tab, status, "", List.of(answers)));
	}

	void shows(Tab expected) {
		await().untilAsserted(() -> assertThat(this.tabs.get(expected.tab())).isEqualTo(expected));
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/**
	 * What a tab shows: the status of {@code useChat}, the message of a failure, and the
	 * text of each answer.
	 */
	record Tab(String tab, String status, String error, List<String> answers) {

	}

}
