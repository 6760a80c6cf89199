package io.eventsource.test;

/**
 * How a client reads.
 *
 * @param cutAfter how many bytes of the body it reads before it cuts the connection
 * @param bytesPerSecond how fast it reads, 0 for as fast as it can
 * @param paused whether it reads nothing at first
 */
record ReadingPlan(long cutAfter, int bytesPerSecond, boolean paused) {

	static final ReadingPlan EAGER = new ReadingPlan(Long.MAX_VALUE, 0, false);

	private static final int BUFFER = 8192;

	ReadingPlan cutAfter(long bytes) {
		return new ReadingPlan(bytes, this.bytesPerSecond, this.paused);
	}

	ReadingPlan slowly(int bytesPerSecond) {
		return new ReadingPlan(this.cutAfter, bytesPerSecond, this.paused);
	}

	ReadingPlan unread() {
		return new ReadingPlan(this.cutAfter, this.bytesPerSecond, true);
	}

	boolean needsBackPressure() {
		return this.paused || this.bytesPerSecond > 0;
	}

	/** How much is read at once after some bytes: ten times a second if it is slow. */
	int chunk(long read) {
		int chunk = (this.bytesPerSecond > 0) ? Math.max(1, this.bytesPerSecond / 10) : BUFFER;
		return (int) Math.min(Math.min(chunk, BUFFER), this.cutAfter - read);
	}

	/** How long it takes to read so many bytes, in nanoseconds. */
	long duration(int bytes) {
		return (this.bytesPerSecond > 0) ? bytes * 1_000_000_000L / this.bytesPerSecond : 0;
	}

}
