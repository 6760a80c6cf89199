package io.eventsource.redis.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.eventsource.web.StreamClient;

import static org.awaitility.Awaitility.await;

/**
 * Two instances of an application on one Redis, their publishers, and the clients that
 * wander between them.
 */
final class Arena implements AutoCloseable {

	static final int MAX_LENGTH = 1000;

	/** How long instances may take to find the node that has taken over. */
	private static final Duration RECOVERY = Duration.ofSeconds(20);

	/** How many clients there are of each subject. */
	private static final List<Integer> CLIENTS = List.of(5, 2, 3, 2);

	private final Random random;

	private final Path folder;

	private final Deployment deployment;

	private final List<Instance> instances = new ArrayList<>();

	/** Instances in processes of their own. */
	private final List<InstanceProcess> processes = new CopyOnWriteArrayList<>();

	private final List<NumberingPublisher> publishers = new ArrayList<>();

	private final List<WanderingClient> clients = new ArrayList<>();

	private final Set<Subject> affected = EnumSet.noneOf(Subject.class);

	private final Set<Numbered> removed = new HashSet<>();

	private final Set<Numbered> confirmedByProcesses = new HashSet<>();

	private int nextPublisher;

	private int firstOfProcess;

	Arena(Fault.Kind kind, Path folder, Random random) throws Exception {
		this.random = random;
		this.folder = folder;
		this.deployment = kind.start(folder);
		for (int i = 0; i < 2; i++) {
			this.instances.add(new Instance(properties()));
		}
		for (Subject subject : Subject.values()) {
			for (int i = 0; i < CLIENTS.get(subject.ordinal()); i++) {
				this.clients.add(new WanderingClient(subject + " " + i, subject, this::ports, random.nextLong()));
			}
		}
		for (Instance instance : this.instances) {
			for (Subject subject : Subject.values()) {
				this.publishers.add(new NumberingPublisher(this.nextPublisher++, subject, instance, random.nextLong()));
			}
		}
	}

	private String[] properties() {
		return Stream.concat(Stream.of(this.deployment.properties(this.instances.size())),
				Stream.of("eventsource.channels.store=redis", "eventsource.channels.redis.timeout=2s",
						"eventsource.channels.redis.max-length=" + MAX_LENGTH))
			.toArray(String[]::new);
	}

	private List<Integer> ports() {
		return Stream
			.concat(this.instances.stream().map(Instance::port), this.processes.stream().map(InstanceProcess::port))
			.toList();
	}

	Deployment deployment() {
		return this.deployment;
	}

	StandaloneRedis redis() {
		return (StandaloneRedis) this.deployment;
	}

	SentinelRedis sentinels() {
		return (SentinelRedis) this.deployment;
	}

	ClusterRedis cluster() {
		return (ClusterRedis) this.deployment;
	}

	List<Instance> instances() {
		return this.instances;
	}

	List<NumberingPublisher> publishers() {
		return this.publishers;
	}

	List<WanderingClient> clients() {
		return this.clients;
	}

	Instance anyInstance() {
		return this.instances.get(this.random.nextInt(this.instances.size()));
	}

	Subject anySubject() {
		return Subject.values()[this.random.nextInt(Subject.values().length)];
	}

	/** Picks what the fault happens to; the rest must not notice it. */
	Subject affect() {
		Subject subject = anySubject();
		this.affected.add(subject);
		return subject;
	}

	/** Whether the fault happens to a subject. */
	boolean affects(Subject subject) {
		return this.affected.isEmpty() || this.affected.contains(subject);
	}

	/** What was removed from the midst of a stream. */
	Set<Numbered> removed() {
		return this.removed;
	}

	Set<Numbered> confirmedByProcesses() {
		return this.confirmedByProcesses;
	}

	/** The number of the publisher of the first subject in a process. */
	int firstOfProcess() {
		return this.firstOfProcess;
	}

	/**
	 * Has a client of each subject come to each instance, so that none begins to read a
	 * topic while Redis is away: clients are told then that they may have missed events.
	 */
	void visit() throws Exception {
		for (Instance instance : this.instances) {
			for (Subject subject : Subject.values()) {
				StreamClient.connect(instance.server().uri(subject.path())).close();
			}
		}
	}

	/** Begins another round. */
	void reset() {
		this.affected.clear();
		this.removed.clear();
		this.confirmedByProcesses.clear();
	}

	@SafeVarargs
	final <T> T pick(T... choice) {
		return choice[this.random.nextInt(choice.length)];
	}

	void pause(int least, int most) throws InterruptedException {
		TimeUnit.MILLISECONDS.sleep(this.random.nextInt(least, most));
	}

	/** Has the wires of one instance or of both fail, and mends them. */
	void forAWhile(Wire.State state, boolean one) throws InterruptedException {
		List<Wire> wires = redis().wires();
		List<Wire> failing = one ? List.of(wires.get(this.random.nextInt(wires.size()))) : wires;
		failing.forEach((wire) -> wire.set(state));
		pause(200, 4000);
		failing.forEach((wire) -> wire.set(Wire.State.WHOLE));
	}

	/** Waits until all publishers get through, while a node is still away. */
	void awaitProgress() {
		Map<NumberingPublisher, Integer> before = new HashMap<>();
		this.publishers.forEach((publisher) -> before.put(publisher, publisher.confirmations()));
		await("progress").atMost(RECOVERY)
			.until(() -> this.publishers.stream()
				.allMatch((publisher) -> publisher.confirmations() > before.get(publisher)));
	}

	/** Publishes by the first instance as fast as it can. */
	void burst(Subject subject, int count) {
		this.publishers.stream()
			.filter((publisher) -> publisher.subject() == subject)
			.findFirst()
			.orElseThrow()
			.burst(count);
	}

	/** Removes an entry that no instance has read. */
	void removeNewest(Subject subject) {
		String data = Numbered.removable(this.nextPublisher++).data(0);
		String id = this.deployment.command(subject.key(), "XADD", subject.key(), "*", "data", data).trim();
		this.deployment.command(subject.key(), "XADD", subject.key(), "*", "data",
				Numbered.removable(this.nextPublisher++).data(0));
		this.deployment.command(subject.key(), "XDEL", subject.key(), id);
		this.removed.add(Numbered.of(data));
	}

	void restart(Instance instance) {
		instance.stop();
		instance.start();
	}

	/** Has a third instance serve and publish for a while, and kills it. */
	void killInstance() throws Exception {
		InstanceProcess process = InstanceProcess.start(this.nextPublisher, this.folder.resolve("process").toFile(),
				properties());
		this.firstOfProcess = this.nextPublisher;
		this.nextPublisher += Subject.values().length;
		try {
			process.awaitStart();
			this.processes.add(process);
			pause(1000, 3000);
		}
		finally {
			process.close();
			this.processes.remove(process);
		}
		this.confirmedByProcesses.addAll(process.confirmed());
	}

	@Override
	public void close() {
		this.publishers.forEach(NumberingPublisher::close);
		this.clients.forEach(WanderingClient::close);
		this.deployment.close();
		this.instances.forEach(Instance::close);
	}

}
