package io.eventsource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.eventsource.EventStreamReader.Received;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One case of {@code wire-vectors.txt}, which describes the format.
 */
final class WireVector {

	private static final String EPOCH = "run";

	private static final long FIRST_SEQUENCE = 7;

	private static final JsonMapper json = JsonMapper.shared();

	private final int row;

	private final String name;

	private final List<Block> blocks = new ArrayList<>();

	private @Nullable String bytes;

	private boolean raw;

	private final List<Received> events = new ArrayList<>();

	private String lastEventId = "";

	private @Nullable Duration retry;

	private final List<String> comments = new ArrayList<>();

	private @Nullable String refusal;

	private final Map<EventStreamParser, String> exceptions = new EnumMap<>(EventStreamParser.class);

	private WireVector(int row, String name) {
		this.row = row;
		this.name = name;
	}

	/**
	 * Reads all vectors.
	 */
	static List<WireVector> all() {
		List<WireVector> vectors = new ArrayList<>();
		for (String line : text().split("\n")) {
			if (line.startsWith("[")) {
				int end = line.indexOf(']');
				vectors.add(new WireVector(Integer.parseInt(line.substring(1, end)), line.substring(end + 2)));
			}
			else if (!line.isEmpty() && !line.startsWith("#")) {
				int end = line.indexOf(' ');
				vectors.get(vectors.size() - 1).add(line.substring(0, end), line.substring(end + 1));
			}
		}
		return vectors;
	}

	private static String text() {
		try (InputStream stream = WireVector.class.getResourceAsStream("wire-vectors.txt")) {
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void add(String key, String value) {
		switch (key) {
			case "event" -> this.blocks.add(new Block(value, true));
			case "control" -> this.blocks.add(new Block(value, false));
			case "raw" -> {
				this.raw = true;
				this.bytes = json.readTree(value).asString();
			}
			case "bytes" -> this.bytes = json.readTree(value).asString();
			case "gets" -> {
				JsonNode node = json.readTree(value);
				this.events.add(new Received(node.get(0).asString(), node.get(1).asString(), node.get(2).asString()));
			}
			case "lastEventId" -> this.lastEventId = json.readTree(value).asString();
			case "retry" -> this.retry = Duration.ofMillis(Long.parseLong(value));
			case "comment" -> this.comments.add(json.readTree(value).asString());
			case "refused" -> this.refusal = json.readTree(value).asString();
			case "except" -> {
				int end = value.indexOf(' ');
				this.exceptions.put(EventStreamParser.valueOf(value.substring(0, end)), value.substring(end + 1));
			}
			default -> throw new IllegalArgumentException("Unknown key in a vector: " + key);
		}
	}

	private static Event event(JsonNode node) {
		Event.Builder builder = Event.builder();
		node.forEachEntry((field, value) -> {
			switch (field) {
				case "id" -> builder.id(value.asString());
				case "type" -> builder.type(value.asString());
				case "data" -> builder.data(value.asString());
				case "object" -> builder.data(new Json(value.asString()));
				case "retry" -> builder
					.retry(value.isNumber() ? Duration.ofMillis(value.asLong()) : Duration.parse(value.asString()));
				case "comment" -> builder.comment(value.asString());
				default -> throw new IllegalArgumentException("Unknown field in a vector: " + field);
			}
		});
		return builder.build();
	}

	private static byte[] encode(Event event, long sequence) {
		FrameEncoder encoder = new FrameEncoder((data) -> ((Json) data).text(), 1024);
		return FrameEncoder.frame(encoder.encode(event), false, EPOCH, sequence, 0, 0).bytes();
	}

	private static byte[] control(String... words) {
		return switch (words[0]) {
			case "heartbeat" -> FrameEncoder.heartbeat();
			case "retry" -> FrameEncoder.retry(Duration.ofMillis(Long.parseLong(words[1])));
			case "gap" -> FrameEncoder.gap("gap", GapCause.valueOf(words[1].toUpperCase(Locale.ROOT)),
					(words.length > 2) ? Long.valueOf(words[2]) : null);
			default -> throw new IllegalArgumentException("Unknown control block in a vector: " + words[0]);
		};
	}

	int row() {
		return this.row;
	}

	/**
	 * Writes the events with the code under test.
	 */
	byte[] write() {
		ByteArrayOutputStream written = new ByteArrayOutputStream();
		long sequence = FIRST_SEQUENCE;
		for (Block block : this.blocks) {
			written.writeBytes(block.write(sequence));
			sequence += block.isEvent() ? 1 : 0;
		}
		return written.toByteArray();
	}

	boolean isRefused() {
		return this.refusal != null;
	}

	/**
	 * Whether the bytes are not ours.
	 */
	boolean isRaw() {
		return this.raw;
	}

	@Nullable String refusal() {
		return this.refusal;
	}

	/**
	 * The exact bytes on the wire, as text.
	 */
	String bytes() {
		if (this.bytes == null) {
			throw new IllegalStateException("The vector has no bytes: " + this);
		}
		return this.bytes;
	}

	List<Received> events() {
		return this.events;
	}

	String lastEventId() {
		return this.lastEventId;
	}

	@Nullable Duration retry() {
		return this.retry;
	}

	List<String> comments() {
		return this.comments;
	}

	/**
	 * Why a parser gets this case wrong, or {@code null} if it does not.
	 */
	@Nullable String exception(EventStreamParser parser) {
		return this.exceptions.get(parser);
	}

	@Override
	public String toString() {
		return "[" + this.row + "] " + this.name;
	}

	/**
	 * Data that is not text, and what a {@link DataWriter} makes of it.
	 */
	private record Json(String text) {

	}

	/**
	 * One block of the stream.
	 */
	private record Block(String description, boolean isEvent) {

		byte[] write(long sequence) {
			return this.isEvent ? encode(event(json.readTree(this.description)), sequence)
					: control(this.description.split(" "));
		}

	}

}
