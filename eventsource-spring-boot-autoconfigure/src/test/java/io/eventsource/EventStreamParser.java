package io.eventsource;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.launchdarkly.eventsource.CommentEvent;
import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.StreamEvent;
import com.launchdarkly.eventsource.StreamException;
import com.launchdarkly.logging.LDLogger;
import io.eventsource.EventStreamReader.Received;
import okhttp3.sse.internal.ServerSentEventReader;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.codec.ServerSentEventHttpMessageReader;
import org.springframework.mock.http.client.reactive.MockClientHttpResponse;

/**
 * Parsers of event streams: the strict reader of these tests, and others that were
 * written by people who have never seen the code under test. Each gets the bytes in
 * chunks of the given size.
 */
public enum EventStreamParser {

	READER("EventStreamReader") {

		@Override
		public Parsed parse(byte[] bytes, int chunk) {
			EventStreamReader reader = new EventStreamReader();
			for (int i = 0; i < bytes.length; i += chunk) {
				reader.feed(bytes, i, Math.min(chunk, bytes.length - i));
			}
			return new Parsed(reader.events(), reader.lastEventId(), reader.reconnectionTime(), reader.comments());
		}

	},

	OKHTTP("okhttp-sse") {

		@Override
		public Parsed parse(byte[] bytes, int chunk) throws IOException {
			List<Received> events = new ArrayList<>();
			List<Duration> retries = new ArrayList<>();
			ServerSentEventReader reader = new ServerSentEventReader(Okio.buffer(Okio.source(new Chunks(bytes, chunk))),
					new ServerSentEventReader.Callback() {

						@Override
						public void onEvent(@Nullable String id, @Nullable String type, String data) {
							events.add(new Received((type != null) ? type : "message", data, (id != null) ? id : ""));
						}

						@Override
						public void onRetryChange(long timeMs) {
							retries.add(Duration.ofMillis(timeMs));
						}

					});
			boolean more = true;
			while (more) {
				more = reader.processNextEvent();
			}
			return new Parsed(events, null, retries.isEmpty() ? null : retries.get(retries.size() - 1), null);
		}

	},

	LAUNCHDARKLY("okhttp-eventsource") {

		/** Not a value of any vector. */
		private static final long NO_RETRY = 987_654_321;

		@Override
		public Parsed parse(byte[] bytes, int chunk) {
			List<Received> events = new ArrayList<>();
			List<String> comments = new ArrayList<>();
			try (EventSource source = new EventSource.Builder(new Connection(new Chunks(bytes, chunk)))
				.retryDelay(NO_RETRY, null)
				.build()) {
				try {
					while (true) {
						StreamEvent event = source.readAnyEvent();
						if (event instanceof MessageEvent message) {
							String id = message.getLastEventId();
							events.add(new Received(message.getEventName(), message.getData(), (id != null) ? id : ""));
						}
						else if (event instanceof CommentEvent comment) {
							comments.add(comment.getText());
						}
					}
				}
				catch (StreamException ex) {
					// The end of the stream
				}
				String id = source.getLastEventId();
				long retry = source.getBaseRetryDelayMillis();
				return new Parsed(events, (id != null) ? id : "", (retry != NO_RETRY) ? Duration.ofMillis(retry) : null,
						comments);
			}
		}

	},

	/** Knows single blocks only; the last event id is kept here. */
	SPRING("Spring") {

		@Override
		public Parsed parse(byte[] bytes, int chunk) {
			MockClientHttpResponse response = new MockClientHttpResponse(HttpStatus.OK);
			List<DataBuffer> buffers = new ArrayList<>();
			for (int i = 0; i < bytes.length; i += chunk) {
				int length = Math.min(chunk, bytes.length - i);
				buffers.add(DefaultDataBufferFactory.sharedInstance.allocateBuffer(length).write(bytes, i, length));
			}
			response.setBody(Flux.fromIterable(buffers));
			List<Received> events = new ArrayList<>();
			String lastEventId = "";
			Duration retry = null;
			for (Object block : new ServerSentEventHttpMessageReader()
				.read(ResolvableType.forClassWithGenerics(ServerSentEvent.class, String.class), response, Map.of())
				.toIterable()) {
				ServerSentEvent<?> event = (ServerSentEvent<?>) block;
				lastEventId = (event.id() != null) ? event.id() : lastEventId;
				retry = (event.retry() != null) ? event.retry() : retry;
				if (event.data() != null) {
					events.add(new Received((event.event() != null) ? event.event() : "message",
							String.valueOf(event.data()), lastEventId));
				}
			}
			return new Parsed(events, lastEventId, retry, null);
		}

	};

	private final String reader;

	EventStreamParser(String reader) {
		this.reader = reader;
	}

	/**
	 * Whether this parser is known to get a vector wrong.
	 */
	public boolean hasFault(WireVector vector) {
		return ConformanceKit.hasFault(this.reader, vector);
	}

	public abstract Parsed parse(byte[] bytes, int chunk) throws IOException;

	public Parsed parse(String text, int chunk) throws IOException {
		return parse(text.getBytes(StandardCharsets.UTF_8), chunk);
	}

	/**
	 * What a parser makes of a stream.
	 *
	 * @param events what it dispatches
	 * @param lastEventId the last event id at the end, or {@code null} if the parser does
	 * not tell
	 * @param retry the reconnection time, or {@code null} for none
	 * @param comments the comments, or {@code null} if the parser does not tell
	 */
	public record Parsed(List<Received> events, @Nullable String lastEventId, @Nullable Duration retry,
			@Nullable List<String> comments) {

		/**
		 * Whether this is what the vector says a client makes of it, as far as the parser
		 * tells.
		 */
		public boolean isWhatIsExpectedOf(WireVector vector) {
			return this.events.equals(vector.events())
					&& (this.lastEventId == null || this.lastEventId.equals(vector.lastEventId()))
					&& Objects.equals(this.retry, vector.retry())
					&& (this.comments == null || this.comments.equals(vector.comments()));
		}

	}

	/**
	 * Gives out no more than a chunk at a time.
	 */
	private static final class Chunks extends InputStream {

		private final byte[] bytes;

		private final int chunk;

		private int position;

		Chunks(byte[] bytes, int chunk) {
			this.bytes = bytes;
			this.chunk = chunk;
		}

		@Override
		public int read() {
			return (this.position < this.bytes.length) ? this.bytes[this.position++] & 0xFF : -1;
		}

		@Override
		public int read(byte[] target, int offset, int length) {
			int count = Math.min(Math.min(length, this.chunk), this.bytes.length - this.position);
			if (count <= 0) {
				return -1;
			}
			System.arraycopy(this.bytes, this.position, target, offset, count);
			this.position += count;
			return count;
		}

	}

	/**
	 * A connection of LaunchDarkly's client that needs no network.
	 */
	private static final class Connection extends ConnectStrategy {

		private static final URI ORIGIN = URI.create("test:stream");

		private final InputStream stream;

		Connection(InputStream stream) {
			this.stream = stream;
		}

		@Override
		public Client createClient(LDLogger logger) {
			return new Client() {

				@Override
				public Result connect(String lastEventId) {
					return new Result(Connection.this.stream, ORIGIN, (Closeable) () -> {
					});
				}

				@Override
				public boolean awaitClosed(long timeoutMillis) {
					return true;
				}

				@Override
				public URI getOrigin() {
					return ORIGIN;
				}

				@Override
				public void close() {
				}

			};
		}

	}

}
