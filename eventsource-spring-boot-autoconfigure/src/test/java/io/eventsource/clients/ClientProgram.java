package io.eventsource.clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that follows streams: Node.js, with npm's {@code eventsource}, or Python, as
 * they are installed on this machine.
 */
final class ClientProgram implements AutoCloseable {

	private final ScriptedClients clients = new ScriptedClients();

	private final Process process;

	private final Writer input;

	/**
	 * Starts the program.
	 * @param command what reads commands from its standard input and reports on its
	 * standard output, both in lines of JSON
	 */
	ClientProgram(String... command) throws IOException {
		this.process = new ProcessBuilder(command).directory(Programs.CLIENTS.toFile())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		this.input = this.process.outputWriter();
		Thread thread = new Thread(this::read, command[0]);
		thread.setDaemon(true);
		thread.start();
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader()) {
			output.lines().map(ScriptedClients.json::readTree).forEach(this.clients::take);
		}
		catch (IOException | UncheckedIOException ex) {
			// Ended
		}
	}

	Client follow(URI uri, Collection<String> types) {
		int client = this.clients.add();
		write(Map.of("client", client, "url", uri.toString(), "types", types));
		return new Client() {

			@Override
			public Seen seen() {
				return ClientProgram.this.clients.seen(client);
			}

			@Override
			public void close() {
				write(Map.of("client", client));
			}

		};
	}

	private synchronized void write(Map<String, ?> command) {
		try {
			this.input.write(ScriptedClients.json.writeValueAsString(command) + "\n");
			this.input.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(5, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

}
