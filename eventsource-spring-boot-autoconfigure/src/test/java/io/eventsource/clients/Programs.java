package io.eventsource.clients;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The programs that run clients, each of which is started when the first needs it.
 */
public final class Programs implements AutoCloseable {

	/** The scripts, and what npm has installed for them. */
	static final Path CLIENTS = Path.of("src/test/clients").toAbsolutePath();

	private final Path folder;

	private ClientProgram node;

	private ClientProgram python;

	private Chromium chromium;

	/**
	 * Starts nothing yet.
	 * @param folder an empty folder
	 */
	Programs(Path folder) {
		this.folder = folder;
	}

	ClientProgram node() throws IOException {
		if (this.node == null) {
			this.node = new ClientProgram("node", "node.mjs");
		}
		return this.node;
	}

	ClientProgram python() throws IOException {
		if (this.python == null) {
			// Without -B it would leave compiled code beside the scripts
			this.python = new ClientProgram("python3", "-B", "python.py");
		}
		return this.python;
	}

	Chromium chromium() {
		if (this.chromium == null) {
			this.chromium = new Chromium(this.folder);
		}
		return this.chromium;
	}

	public static Optional<File> find(String name) {
		return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
			.map((folder) -> new File(folder, name))
			.filter(File::canExecute)
			.findFirst();
	}

	@Override
	public void close() {
		if (this.node != null) {
			this.node.close();
		}
		if (this.python != null) {
			this.python.close();
		}
		if (this.chromium != null) {
			this.chromium.close();
		}
	}

}
