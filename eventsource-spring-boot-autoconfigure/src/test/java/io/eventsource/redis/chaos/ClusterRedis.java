package io.eventsource.redis.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.awaitility.Awaitility.await;

/**
 * A cluster of three masters, each with a replica.
 */
final class ClusterRedis implements Deployment {

	private static final Duration LIMIT = Duration.ofSeconds(90);

	private final List<Node> nodes = new ArrayList<>();

	ClusterRedis(Path folder) throws IOException {
		for (int i = 0; i < 6; i++) {
			this.nodes.add(Node.durable(folder, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
					"--cluster-node-timeout", "1500")
				.start());
		}
		List<String> create = Stream
			.of(Stream.of("redis-cli", "--cluster", "create"), this.nodes.stream().map(Node::address),
					Stream.of("--cluster-replicas", "1", "--cluster-yes"))
			.flatMap((part) -> part)
			.toList();
		String output = Node.run(create);
		if (!output.contains("All 16384 slots covered")) {
			throw new IllegalStateException("The cluster was not made: " + output);
		}
		awaitWhole();
	}

	private Node any() {
		return this.nodes.stream().filter((node) -> node.cli("PING").contains("PONG")).findFirst().orElseThrow();
	}

	/** The node that has a key, as a node knows that runs. */
	Node owner(String key) {
		Node any = any();
		int slot = Integer.parseInt(any.cli("CLUSTER", "KEYSLOT", key).trim());
		for (String line : any.cli("CLUSTER", "NODES").split("\n")) {
			String[] words = line.split(" ");
			if (words[2].contains("master") && !words[2].contains("fail") && owns(words, slot)) {
				return node(words[1]);
			}
		}
		throw new IllegalStateException("No node has slot " + slot);
	}

	private static boolean owns(String[] words, int slot) {
		return Stream.of(words).skip(8).filter((word) -> word.matches("[0-9]+(-[0-9]+)?")).anyMatch((word) -> {
			String[] ends = word.split("-");
			return Integer.parseInt(ends[0]) <= slot && slot <= Integer.parseInt(ends[ends.length - 1]);
		});
	}

	private Node node(String address) {
		String start = address.substring(0, address.indexOf('@'));
		return this.nodes.stream().filter((node) -> node.address().equals(start)).findFirst().orElseThrow();
	}

	/** A replica of the node that has a key. */
	Node replica(String key) {
		String owner = owner(key).address();
		String nodes = any().cli("CLUSTER", "NODES");
		String id = Stream.of(nodes.split("\n"))
			.filter((line) -> line.contains(" " + owner + "@"))
			.findFirst()
			.orElseThrow()
			.split(" ")[0];
		return Stream.of(nodes.split("\n"))
			.map((line) -> line.split(" "))
			.filter((words) -> words[2].contains("slave") && words[3].equals(id))
			.map((words) -> node(words[1]))
			.findFirst()
			.orElseThrow();
	}

	/** Waits until another node than the one has a key. */
	void awaitFailover(String key, Node old) {
		await().atMost(LIMIT).ignoreExceptions().until(() -> owner(key) != old);
	}

	@Override
	public String[] properties(int instance) {
		return new String[] { "spring.data.redis.cluster.nodes="
				+ this.nodes.stream().map(Node::address).collect(Collectors.joining(",")) };
	}

	@Override
	public String command(String key, String... command) {
		return owner(key).cli(command);
	}

	@Override
	public void awaitWhole() {
		await().atMost(LIMIT)
			.ignoreExceptions()
			.until(() -> this.nodes.stream()
				.allMatch((node) -> node.cli("CLUSTER", "INFO").contains("cluster_state:ok")
						&& !node.cli("CLUSTER", "NODES").contains("fail")
						&& !node.cli("INFO", "replication").contains("master_link_status:down"))
					&& this.nodes.stream()
						.filter((node) -> node.cli("ROLE").startsWith("master"))
						.allMatch((node) -> node.cli("INFO", "replication").contains("connected_slaves:1")));
	}

	@Override
	public void close() {
		this.nodes.forEach(Node::close);
	}

}
