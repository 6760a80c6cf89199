package io.eventsource.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Waits for answers of the workers, for a second at most.
 */
final class WorkerAnswers {

	private static final Log logger = LogFactory.getLog(WorkerAnswers.class);

	private static final long LIMIT_NANOS = 1_000_000_000;

	private WorkerAnswers() {
	}

	/**
	 * Waits for an answer.
	 * @param otherwise what is returned if there is none in time
	 */
	static <T> T await(CompletableFuture<T> answer, T otherwise) {
		return await(answer, otherwise, LIMIT_NANOS);
	}

	/**
	 * Adds up counts, as far as they come in time.
	 */
	static int sum(List<CompletableFuture<Integer>> counts) {
		long end = System.nanoTime() + LIMIT_NANOS;
		return counts.stream().mapToInt((count) -> await(count, 0, end - System.nanoTime())).sum();
	}

	private static <T> T await(CompletableFuture<T> answer, T otherwise, long nanos) {
		try {
			return answer.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return otherwise;
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.debug("A worker has not answered", ex);
			return otherwise;
		}
	}

}
