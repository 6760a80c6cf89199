package io.eventsource.engine.delivery;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.eventsource.Callee;
import io.eventsource.engine.runtime.Call;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.Worker;
import io.eventsource.engine.runtime.WorkerReplaced;
import io.eventsource.engine.runtime.WorkerThread;

/**
 * What is asked of a worker about the clients of a stream, and the answer to come.
 *
 * @param <T> the answer
 */
final class WorkerQuestion<T> implements Worker.Task, Call {

	private final String stream;

	private final Supplier<T> question;

	/** Called if the worker was replaced while it was at the question. */
	private final Runnable onInterrupt;

	private final CompletableFuture<T> answer = new CompletableFuture<>();

	WorkerQuestion(String stream, Supplier<T> question, Runnable onInterrupt) {
		this.stream = stream;
		this.question = question;
		this.onInterrupt = onInterrupt;
	}

	/**
	 * Asks the worker. If the caller is the worker, it answers at once; if it is another
	 * worker, it is not to wait.
	 * @param unanswered what another worker gets for an answer
	 */
	CompletableFuture<T> ask(Worker worker, T unanswered) {
		if (worker.isCurrentThread()) {
			run();
			return this.answer;
		}
		worker.execute(this);
		return Dispatcher.isWorkerThread() ? CompletableFuture.completedFuture(unanswered) : this.answer;
	}

	@Override
	public void run() {
		Call before = WorkerThread.enter(this);
		try {
			this.answer.complete(this.question.get());
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.answer.completeExceptionally(ex);
		}
		finally {
			WorkerThread.exit(this, before);
		}
	}

	@Override
	public void interrupted() {
		this.answer.completeExceptionally(
				new IllegalStateException("A condition has held up its worker, and has not been answered"));
		this.onInterrupt.run();
	}

	@Override
	public Callee callee() {
		return Callee.CONDITION;
	}

	@Override
	public String subject() {
		return "clients of stream '" + this.stream + "'";
	}

}
