package io.eventsource.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter.DataWithMediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thread that sends what a worker has written, and then reports that it has.
 */
class BlockingOutputTests {

	private final List<Runnable> batches = new ArrayList<>();

	private final ClientConnection connection = new ClientConnection(EventClient.builder("client", "test").build());

	private final BlockingOutput output = new BlockingOutput(new SilentEmitter(), this.batches::add,
			new MockHttpServletResponse(), this.connection);

	private final List<Boolean> readiness = new ArrayList<>();

	@Test
	void outputIsReadyWhenItReportsThatItHasSent() throws Exception {
		ReflectionTestUtils.setField(this.connection, "connection", new ReportingConnection());
		byte[] bytes = "data: a\n\n".getBytes(StandardCharsets.UTF_8);
		this.output.write(bytes, 0, bytes.length);
		this.output.flush();
		assertThat(this.output.isReady()).isFalse();
		assertThat(this.batches).hasSize(1);
		this.batches.get(0).run();
		assertThat(this.readiness).containsExactly(true);
		assertThat(this.output.isReady()).isTrue();
	}

	/** Sends nothing. */
	private static final class SilentEmitter extends SseEmitter {

		@Override
		public void send(Set<DataWithMediaType> items) {
			// There is no response
		}

	}

	/** Looks at the output whenever that reports that it may be ready. */
	private final class ReportingConnection implements EventConnection {

		@Override
		public void writable() {
			BlockingOutputTests.this.readiness.add(BlockingOutputTests.this.output.isReady());
		}

		@Override
		public void close(CloseReason reason) {
			throw new IllegalStateException("Not used");
		}

		@Override
		public void sendAway() {
			throw new IllegalStateException("Not used");
		}

		@Override
		public @Nullable String openingId() {
			return null;
		}

		@Override
		public void whenReleased(Runnable action) {
			throw new IllegalStateException("Not used");
		}

	}

}
