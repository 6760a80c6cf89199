package io.eventsource.web;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.eventsource.EventClient;
import jakarta.servlet.AsyncContext;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous part of a response: it begins when Spring MVC has started asynchronous
 * processing, and is completed once, perhaps before that. It is ended by
 * {@link AsyncContext#complete()}, which dispatches nothing: once the output is
 * non-blocking, the emitter must not complete, since it would block a thread of the
 * container and break the framing of the response. Thread-safe.
 */
final class AsyncResponse {

	private static final Log logger = LogFactory.getLog(AsyncResponse.class);

	private final EventClient client;

	private final ExchangeOutcome outcome;

	private final OpenResponses open;

	private @Nullable AsyncContext context;

	/** Whether the write listener may be set, or was. */
	private boolean listening;

	private boolean completed;

	/** Whether the container ends the response, and nobody else may. */
	private boolean abandoned;

	private boolean finished;

	/**
	 * Creates the response.
	 * @param outcome tells whether application code runs when the response ends
	 * @param open counts the response until the container has finished it
	 * @param listening whether the write listener may be set as soon as the response
	 * begins
	 */
	AsyncResponse(EventClient client, ExchangeOutcome outcome, OpenResponses open, boolean listening) {
		this.client = client;
		this.outcome = outcome;
		this.open = open;
		this.listening = listening;
	}

	/**
	 * Begins. If the response was completed before, it ends.
	 * @return whether the write listener is to be set now
	 */
	synchronized boolean begin(@Nullable AsyncContext context) {
		this.context = context;
		if (context != null) {
			this.open.begun();
		}
		if (this.completed) {
			complete();
			return false;
		}
		return this.listening;
	}

	/**
	 * Allows the write listener to be set. Called once at most, and only if it was not
	 * allowed from the start.
	 * @return whether it is to be set now
	 */
	synchronized boolean listen() {
		this.listening = true;
		return this.context != null && !this.completed;
	}

	synchronized boolean hasBegun() {
		return this.context != null;
	}

	/**
	 * Leaves it to the container to end the response, whose output it has found broken.
	 * Called on a thread of the container, which waits here for a thread that is about to
	 * end the response, so that this does not end the next one that the container gives
	 * the same objects to.
	 */
	synchronized void abandon() {
		this.abandoned = true;
	}

	/**
	 * Takes note that nobody waits for the end of the response any more: the container
	 * has finished it, its last bytes included, or the client need not get them.
	 */
	synchronized void finished() {
		if (this.context != null && !this.finished) {
			this.finished = true;
			this.open.ended();
		}
	}

	/**
	 * Waits until the response is complete.
	 * @return whether it is, after the given time at most
	 */
	synchronized boolean awaitCompletion(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		long left = time.toMillis();
		try {
			while (!this.completed && left > 0) {
				wait(left);
				left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return this.completed;
	}

	/**
	 * Ends the response, or has it end as soon as it begins.
	 */
	synchronized void complete() {
		this.completed = true;
		notifyAll();
		AsyncContext current = this.context;
		if (current == null || this.abandoned) {
			return;
		}
		if (this.outcome.isReported() && ContainerOutput.isCompletedByCaller(current)) {
			// Interceptors may block, as nothing may that is called by a worker
			try {
				current.start(() -> complete(current));
				return;
			}
			catch (RuntimeException | OutOfMemoryError ex) {
				logger.debug("The container has no thread to end a response on", ex);
			}
		}
		complete(current);
	}

	private void complete(AsyncContext current) {
		try {
			current.complete();
		}
		catch (IllegalStateException ex) {
			logger.trace("The response of " + this.client + " had ended", ex);
		}
	}

}
