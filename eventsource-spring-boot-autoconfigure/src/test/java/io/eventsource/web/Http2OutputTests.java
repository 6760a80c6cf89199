package io.eventsource.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

import jakarta.servlet.ServletConnection;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Output of HTTP/2 on Tomcat in many orders of what the engine, the sending thread and
 * the container do, down to a report of the container that comes before its "no" does.
 */
class Http2OutputTests {

	private static final int RUNS = 20_000;

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void everythingArrivesInOrderAndTheResponseEndsOnce(boolean gone) {
		for (int seed = 0; seed < RUNS; seed++) {
			Run run = new Run(seed, gone);
			run.play();
			run.check();
		}
	}

	/**
	 * One order.
	 */
	private static final class Run implements OutputListener {

		private final int seed;

		private final Random random;

		private final Deque<Runnable> tasks = new ArrayDeque<>();

		private final Container container = new Container();

		private final List<String> written = new ArrayList<>();

		private final Http2Output output;

		private final int events;

		private final boolean goes;

		private int wakeUps = 1;

		private int resets;

		private int completions;

		private int errors;

		private boolean ended;

		private boolean gone;

		Run(int seed, boolean goes) {
			this.seed = seed;
			this.random = new Random(seed);
			this.goes = goes;
			this.events = this.random.nextInt(5);
			MockHttpServletRequest request = new MockHttpServletRequest() {

				@Override
				public ServletConnection getServletConnection() {
					return new Connection();
				}

			};
			Consumer<Throwable> reset = (reason) -> this.resets++;
			request.setAttribute(StreamRequests.RESET_ATTRIBUTE, reset);
			this.output = new Http2Output(new Http2Outputs(this.tasks::add), request, this.container, this);
		}

		void play() {
			this.output.onWritePossible();
			while (step()) {
				// Until nobody can do anything
			}
		}

		private boolean step() {
			List<Runnable> possible = new ArrayList<>();
			if (!this.tasks.isEmpty()) {
				possible.add(() -> this.tasks.remove().run());
			}
			if (this.container.owes) {
				possible.add(this.container::report);
			}
			if (!this.ended && this.wakeUps > 0 && this.written.size() < this.events) {
				possible.add(this::write);
			}
			if (!this.ended && this.written.size() == this.events && this.output.isReady()) {
				possible.add(this::end);
			}
			if (this.goes && !this.gone && this.random.nextInt(10) == 0) {
				possible.add(this::go);
			}
			if (possible.isEmpty()) {
				return false;
			}
			possible.get(this.random.nextInt(possible.size())).run();
			return true;
		}

		/** As a cursor does: the flag is cleared before the question. */
		private void write() {
			this.wakeUps = 0;
			if (this.output.isReady()) {
				this.wakeUps = 1;
				String event = "<" + this.written.size() + ">";
				this.written.add(event);
				this.output.write(event.getBytes(StandardCharsets.UTF_8), 0, event.length());
				this.output.flush();
			}
		}

		private void end() {
			this.ended = true;
			this.output.complete(Duration.ofHours(1));
		}

		private void go() {
			this.gone = true;
			this.output.gone();
			if (!this.ended) {
				end();
			}
		}

		void check() {
			String arrived = this.container.bytes.toString(StandardCharsets.UTF_8);
			assertThat(String.join("", this.written)).as("run %d", this.seed).startsWith(arrived);
			if (!this.gone) {
				assertThat(arrived).as("run %d", this.seed).isEqualTo(String.join("", this.written));
				assertThat(this.written).as("run %d", this.seed).hasSize(this.events);
				assertThat(this.completions).as("run %d", this.seed).isEqualTo(1);
			}
			assertThat(this.resets + this.errors).as("run %d", this.seed).isZero();
			assertThat(this.completions).as("run %d", this.seed).isLessThanOrEqualTo(1);
		}

		@Override
		public void writable() {
			this.wakeUps++;
		}

		@Override
		public void onError(Throwable cause) {
			this.errors++;
		}

		@Override
		public void completeAsync() {
			this.completions++;
		}

		/**
		 * Says no now and then, and reports afterwards, or before.
		 */
		private final class Container extends ServletOutputStream {

			private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

			private boolean full;

			private boolean owes;

			@Override
			public boolean isReady() {
				if (!this.full && Run.this.random.nextInt(3) == 0) {
					this.full = true;
				}
				if (this.full) {
					this.owes = true;
					if (Run.this.random.nextInt(3) == 0) {
						report();
					}
					return false;
				}
				return true;
			}

			void report() {
				this.owes = false;
				this.full = false;
				Run.this.output.onWritePossible();
			}

			@Override
			public void write(int b) throws IOException {
				assertThat(this.full).as("written to while full").isFalse();
				this.bytes.write(b);
			}

			@Override
			public void setWriteListener(@Nullable WriteListener listener) {
			}

		}

	}

	/**
	 * The only one.
	 */
	private static final class Connection implements ServletConnection {

		@Override
		public String getConnectionId() {
			return "1";
		}

		@Override
		public String getProtocol() {
			return "h2";
		}

		@Override
		public String getProtocolConnectionId() {
			return "1";
		}

		@Override
		public boolean isSecure() {
			return false;
		}

	}

}
