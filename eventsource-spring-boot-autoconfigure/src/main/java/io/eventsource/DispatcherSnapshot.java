package io.eventsource;

import java.time.Duration;

/**
 * The state of the workers, which are the threads that serve clients, at one moment.
 *
 * @param workers the number of workers that there should be
 * @param running the number of workers whose thread is alive
 * @param standing the number of workers that have been stuck for five seconds or longer,
 * so that their clients are not served
 * @param lost the number of replaced threads that are still in the call in which they got
 * stuck
 * @param replaced the number of threads replaced so far, because they were stuck or had
 * ended
 * @param failures the number of tasks of the workers that have failed so far
 * @param longestCall the longest time for which a worker was seen to be stuck, in steps
 * of a tenth of a second
 */
public record DispatcherSnapshot(int workers, int running, int standing, int lost, long replaced, long failures,
		Duration longestCall) {

	/**
	 * Tells whether all workers are alive and none is stuck.
	 * @return whether they are healthy
	 */
	public boolean isHealthy() {
		return this.running == this.workers && this.standing == 0;
	}

}
