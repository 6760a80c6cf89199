package io.eventsource;

import java.time.Duration;

import io.eventsource.engine.runtime.Dispatcher;

/**
 * The workers of a {@link Dispatcher} as they were at some moment.
 *
 * @param workers how many workers there are to be
 * @param running how many of them have a thread that runs
 * @param standing how many have not moved for five seconds or longer, so that their
 * clients are not served
 * @param lost how many threads have been replaced and are still in the call that held
 * them up
 * @param replaced how many threads were replaced so far, since they stood still or had
 * ended
 * @param failures how many tasks of the workers have failed so far
 * @param longestCall the longest time for which a worker has been seen to stand still, in
 * steps of a tenth of a second
 */
public record DispatcherSnapshot(int workers, int running, int standing, int lost, long replaced, long failures,
		Duration longestCall) {

	/**
	 * Tells whether all workers run and move.
	 * @return whether they do
	 */
	public boolean isHealthy() {
		return this.running == this.workers && this.standing == 0;
	}

}
