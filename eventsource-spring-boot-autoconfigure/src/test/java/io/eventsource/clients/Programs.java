package io.eventsource.clients;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The programs that run clients, each of which is started when the first needs it.
 */
final class Programs implements AutoCloseable {

	/** The scripts, and what npm has installed for them. */
	static final Path CLIENTS = Path.of("src/test/clients").toAbsolutePath();

	private final Path folder;

	private Node node;

	private Chromium chromium;

	/**
	 * Starts nothing yet.
	 * @param folder an empty folder
	 */
	Programs(Path folder) {
		this.folder = folder;
	}

	Node node() throws IOException {
		if (this.node == null) {
			this.node = new Node();
		}
		return this.node;
	}

	Chromium chromium() {
		if (this.chromium == null) {
			this.chromium = new Chromium(this.folder);
		}
		return this.chromium;
	}

	static Optional<File> find(String name) {
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
		if (this.chromium != null) {
			this.chromium.close();
		}
	}

}
