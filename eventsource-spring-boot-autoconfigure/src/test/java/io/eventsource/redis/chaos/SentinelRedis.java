package io.eventsource.redis.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import static org.awaitility.Awaitility.await;

/**
 * A master and a replica, and three sentinels that promote the replica if the master
 * fails.
 */
final class SentinelRedis implements Deployment {

	private static final Duration LIMIT = Duration.ofSeconds(90);

	private final List<Node> nodes = new ArrayList<>();

	private final List<Node> sentinels = new ArrayList<>();

	SentinelRedis(Path folder) throws IOException {
		Node master = Node.durable(folder).start();
		this.nodes.add(master);
		this.nodes.add(Node.durable(folder, "--replicaof", "127.0.0.1", Integer.toString(master.port())).start());
		for (int i = 0; i < 3; i++) {
			this.sentinels.add(sentinel(folder, master.port()).start());
		}
		await().atMost(LIMIT)
			.until(() -> this.sentinels.stream()
				.allMatch((sentinel) -> sentinel.cli("INFO", "sentinel").contains("slaves=1,sentinels=3")));
		awaitWhole();
	}

	private static Node sentinel(Path folder, int master) throws IOException {
		int port = Node.freePort();
		Path own = Files.createDirectories(folder.resolve("sentinel-" + port));
		Path configuration = own.resolve("sentinel.conf");
		Files.writeString(configuration, """
				port %d
				bind 127.0.0.1
				dir %s
				sentinel monitor shop 127.0.0.1 %d 2
				sentinel down-after-milliseconds shop 1000
				sentinel failover-timeout shop 3000
				""".formatted(port, own, master));
		return new Node(own, port, List.of(configuration.toString(), "--sentinel"));
	}

	Node master() {
		for (Node sentinel : this.sentinels) {
			String[] lines = sentinel.cli("SENTINEL", "get-master-addr-by-name", "shop").split("\n");
			if (lines.length == 2) {
				int port = Integer.parseInt(lines[1].trim());
				return this.nodes.stream().filter((node) -> node.port() == port).findFirst().orElseThrow();
			}
		}
		throw new IllegalStateException("No sentinel answers");
	}

	Node replica() {
		Node master = master();
		return this.nodes.stream().filter((node) -> node != master).findFirst().orElseThrow();
	}

	/** Waits until another node than the one is the master. */
	void awaitFailover(Node old) {
		await().atMost(LIMIT).until(() -> {
			Node master = master();
			return master != old && master.cli("ROLE").startsWith("master");
		});
	}

	/** Starts a node that has failed, as the replica of the other. */
	void bringBack(Node old) throws IOException {
		old.start();
		old.cli("REPLICAOF", "127.0.0.1", Integer.toString(master().port()));
	}

	void failOver() {
		this.sentinels.get(0).cli("SENTINEL", "failover", "shop");
	}

	@Override
	public String[] properties(int instance) {
		return new String[] { "spring.data.redis.sentinel.master=shop", "spring.data.redis.sentinel.nodes="
				+ this.sentinels.stream().map(Node::address).collect(Collectors.joining(",")) };
	}

	@Override
	public String command(String key, String... command) {
		return master().cli(command);
	}

	@Override
	public void awaitWhole() {
		await().atMost(LIMIT)
			.until(() -> master().cli("ROLE").startsWith("master")
					&& replica().cli("INFO", "replication").contains("master_link_status:up") && this.sentinels.stream()
						.allMatch((sentinel) -> sentinel.cli("INFO", "sentinel").contains("status=ok")));
	}

	@Override
	public void close() {
		this.sentinels.forEach(Node::close);
		this.nodes.forEach(Node::close);
	}

}
