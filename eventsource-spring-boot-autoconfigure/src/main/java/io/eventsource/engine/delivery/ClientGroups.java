package io.eventsource.engine.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.Worker;
import org.jspecify.annotations.Nullable;

/**
 * All clients of one stream: a group for each worker, made when its first client comes.
 */
public final class ClientGroups {

	private final Delivery delivery;

	private final Contention contention;

	private final DeliveryListener listener;

	private final Dispatcher dispatcher;

	private final AtomicReferenceArray<@Nullable ClientGroup> groups;

	public ClientGroups(Delivery delivery, Contention contention, DeliveryListener listener, Dispatcher dispatcher) {
		this.delivery = delivery;
		this.contention = contention;
		this.listener = listener;
		this.dispatcher = dispatcher;
		this.groups = new AtomicReferenceArray<>(dispatcher.threads());
	}

	/**
	 * Gives a client its place in the log.
	 */
	public EventConnection admit(EventClient client, EventSink sink) {
		return group(this.dispatcher.nextWorker()).admit(client, sink);
	}

	private synchronized ClientGroup group(int index) {
		ClientGroup group = this.groups.get(index);
		if (group == null) {
			Worker worker = this.dispatcher.worker(index);
			group = new ClientGroup(this.delivery, this.contention.share(), this.listener, worker);
			this.groups.set(index, group);
			worker.startTicking(group.ticker());
		}
		return group;
	}

	/**
	 * Makes the workers send what has been published. Any thread; never blocks.
	 */
	public void scheduleFlush() {
		forEach(ClientGroup::scheduleFlush);
	}

	/**
	 * Ends all connections. Any thread; never blocks.
	 */
	public void close(CloseReason reason) {
		forEach((group) -> group.close(reason));
	}

	/**
	 * Sends all clients away, one after the other within a time. Any thread; never
	 * blocks.
	 */
	public void drain(long nanos) {
		forEach((group) -> group.drain(nanos));
	}

	/**
	 * Ends the connections of some clients, and tells how many they were.
	 */
	public CompletableFuture<Integer> disconnect(Predicate<EventClient> condition, CloseReason reason) {
		List<CompletableFuture<Integer>> counts = new ArrayList<>();
		Predicate<EventClient> asked = this.delivery.visibility().asked(condition);
		forEach((group) -> counts.add(group.questions().disconnect(asked, reason)));
		return CompletableFuture.allOf(counts.toArray(CompletableFuture[]::new))
			.thenApply((done) -> counts.stream().mapToInt(CompletableFuture::join).sum());
	}

	/**
	 * Describes all clients.
	 */
	public CompletableFuture<List<ClientSnapshot>> clients() {
		List<CompletableFuture<List<ClientSnapshot>>> parts = new ArrayList<>();
		forEach((group) -> parts.add(group.questions().describe()));
		return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
			.thenApply((done) -> parts.stream().map(CompletableFuture::join).flatMap(List::stream).toList());
	}

	/**
	 * The position of the client furthest behind among those that the publisher should
	 * wait for; {@link Long#MAX_VALUE} if there is none.
	 */
	public long floor() {
		long lowest = Long.MAX_VALUE;
		for (int i = 0; i < this.groups.length(); i++) {
			ClientGroup group = this.groups.get(i);
			if (group != null) {
				lowest = Math.min(lowest, group.floor().demanded());
			}
		}
		return lowest;
	}

	/**
	 * How many events the client furthest behind has yet to be sent.
	 */
	public long greatestLag(long tail) {
		long greatest = 0;
		for (int i = 0; i < this.groups.length(); i++) {
			ClientGroup group = this.groups.get(i);
			if (group != null) {
				greatest = Math.max(greatest, tail - group.floor().slowest());
			}
		}
		return greatest;
	}

	/**
	 * Adds up what the groups have counted.
	 */
	public long sum(ToLongFunction<DeliveryCounts> count) {
		long sum = 0;
		for (int i = 0; i < this.groups.length(); i++) {
			ClientGroup group = this.groups.get(i);
			if (group != null) {
				sum += count.applyAsLong(group.counts());
			}
		}
		return sum;
	}

	private void forEach(Consumer<ClientGroup> action) {
		for (int i = 0; i < this.groups.length(); i++) {
			ClientGroup group = this.groups.get(i);
			if (group != null) {
				action.accept(group);
			}
		}
	}

}
