package io.eventsource.redis.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.springframework.util.FileSystemUtils;

/**
 * One node, to which each instance has a wire of its own.
 */
final class StandaloneRedis implements Deployment {

	private final Node node;

	private final List<Wire> wires = new ArrayList<>();

	StandaloneRedis(Path folder) throws IOException {
		this.node = Node.durable(folder).start();
	}

	Node node() {
		return this.node;
	}

	List<Wire> wires() {
		return this.wires;
	}

	void set(Wire.State state) {
		this.wires.forEach((wire) -> wire.set(state));
	}

	@Override
	public String[] properties(int instance) {
		try {
			Wire wire = new Wire(this.node.port());
			this.wires.add(wire);
			return new String[] { "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + wire.port() };
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String command(String key, String... command) {
		return this.node.cli(command);
	}

	@Override
	public void awaitWhole() {
		// It is as soon as it has started
	}

	/** Copies what is on the disk. */
	void save() throws IOException {
		Path copy = this.node.folder().resolve("copy");
		FileSystemUtils.deleteRecursively(copy);
		FileSystemUtils.copyRecursively(this.node.folder().resolve("appendonlydir"), copy);
	}

	/** Starts the node with the copy. */
	void rollBack() throws IOException {
		this.node.kill();
		this.node.wipe();
		FileSystemUtils.copyRecursively(this.node.folder().resolve("copy"),
				this.node.folder().resolve("appendonlydir"));
		this.node.start();
	}

	@Override
	public void close() {
		this.node.close();
		for (Wire wire : this.wires) {
			try {
				wire.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

}
