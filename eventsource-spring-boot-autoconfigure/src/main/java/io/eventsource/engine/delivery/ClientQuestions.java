package io.eventsource.engine.delivery;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.eventsource.Callee;
import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Worker;
import io.eventsource.engine.runtime.WorkerReplaced;

/**
 * What a worker is asked about the clients of one stream that it serves.
 */
final class ClientQuestions {

	private final StreamContext context;

	private final ClientList clients;

	private final Worker worker;

	/** Called if the worker was replaced while it was at a question. */
	private final Runnable onInterrupt;

	ClientQuestions(StreamContext context, ClientList clients, Worker worker, Runnable onInterrupt) {
		this.context = context;
		this.clients = clients;
		this.worker = worker;
		this.onInterrupt = onInterrupt;
	}

	/**
	 * Ends the connections of some clients. Any thread; never blocks.
	 */
	CompletableFuture<Integer> disconnect(Predicate<EventClient> condition, CloseReason reason) {
		return ask(() -> {
			int count = 0;
			for (ClientCursor cursor : this.clients.present()) {
				if (cursor.closing() == null && matches(condition, cursor.client())) {
					cursor.close(reason);
					count++;
				}
			}
			return count;
		}, 0);
	}

	/**
	 * Whether a client is to be disconnected. If the condition fails nobody knows, so it
	 * is: it may come back, and is looked at anew.
	 */
	private boolean matches(Predicate<EventClient> condition, EventClient client) {
		try {
			return condition.test(client);
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.context.supervisor()
				.failed(Callee.CONDITION, () -> "The condition by which connections are ended failed for " + client
						+ ", which is therefore disconnected", ex);
			return true;
		}
	}

	/**
	 * Describes the clients. Any thread; never blocks.
	 */
	CompletableFuture<List<ClientSnapshot>> describe() {
		return ask(() -> this.clients.present().stream().map(ClientCursor::snapshot).toList(), List.of());
	}

	private <T> CompletableFuture<T> ask(Supplier<T> question, T unanswered) {
		return new WorkerQuestion<>(this.context.name(), question, this.onInterrupt).ask(this.worker, unanswered);
	}

}
