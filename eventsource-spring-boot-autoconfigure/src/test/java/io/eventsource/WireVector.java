package io.eventsource;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.eventsource.EventStreamReader.Received;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.FramePlace;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One vector of the {@link ConformanceKit}.
 */
public final class WireVector {

	private static final String EPOCH = "run";

	private static final long FIRST_SEQUENCE = 7;

	private final JsonNode json;

	public WireVector(JsonNode json) {
		this.json = json;
	}

	public String name() {
		return this.json.get("name").asString();
	}

	public int row() {
		return this.json.get("row").asInt();
	}

	/**
	 * The events to publish.
	 * @throws IllegalArgumentException if one is refused
	 */
	public List<Event> publish() {
		return this.json.path("publish").valueStream().map(WireVector::event).toList();
	}

	/**
	 * Whether the engine's own blocks are among what is published.
	 */
	public boolean hasControl() {
		return this.json.path("publish").valueStream().anyMatch((block) -> block.has("control"));
	}

	/**
	 * Writes what is published with the code under test.
	 */
	public byte[] write() {
		ByteArrayOutputStream written = new ByteArrayOutputStream();
		long sequence = FIRST_SEQUENCE;
		for (JsonNode block : this.json.get("publish")) {
			if (block.has("control")) {
				written.writeBytes(control(block));
			}
			else {
				written.writeBytes(encode(event(block), sequence++));
			}
		}
		return written.toByteArray();
	}

	public static Event event(JsonNode json) {
		Event.Builder builder = Event.builder();
		json.forEachEntry((field, value) -> {
			switch (field) {
				case "id" -> builder.id(value.asString());
				case "type" -> builder.type(value.asString());
				case "data" -> builder.data(value.asString());
				case "object" -> builder.data(new Written(value.asString()));
				case "retry" -> builder
					.retry(value.isNumber() ? Duration.ofMillis(value.asLong()) : Duration.parse(value.asString()));
				case "comment" -> builder.comment(value.asString());
				default -> throw new IllegalArgumentException("Unknown field in a vector: " + field);
			}
		});
		return builder.build();
	}

	private static byte[] encode(Event event, long sequence) {
		FrameEncoder encoder = new FrameEncoder(String::valueOf, 1024);
		return FrameEncoder.frame(encoder.encode(event), false, new FramePlace(sequence, EPOCH, sequence, ""), 0, 0)
			.bytes();
	}

	private static byte[] control(JsonNode json) {
		String kind = json.get("control").asString();
		return switch (kind) {
			case "heartbeat" -> FrameEncoder.heartbeat("");
			case "retry" -> FrameEncoder.retry(Duration.ofMillis(json.get("retry").asLong()));
			case "gap" ->
				FrameEncoder.gap("gap", GapCause.valueOf(json.get("cause").asString().toUpperCase(Locale.ROOT)),
						json.has("missed") ? json.get("missed").asLong() : null);
			default -> throw new IllegalArgumentException("Unknown control block in a vector: " + kind);
		};
	}

	public boolean isRefused() {
		return this.json.has("refused");
	}

	/**
	 * Whether the bytes are not ours.
	 */
	public boolean isRaw() {
		return !this.json.has("publish");
	}

	public @Nullable String refusal() {
		return isRefused() ? this.json.get("refused").asString() : null;
	}

	/**
	 * The exact bytes on the wire, as text.
	 */
	public String bytes() {
		if (!this.json.has("bytes")) {
			throw new IllegalStateException("The vector has no bytes: " + this);
		}
		return this.json.get("bytes").asString();
	}

	/**
	 * What a client dispatches.
	 */
	public List<Received> events() {
		return received(this.json.path("events"));
	}

	/**
	 * What readers make of it that hand out every block.
	 */
	public List<Received> handedOut() {
		return this.json.has("handedOut") ? received(this.json.get("handedOut")) : events();
	}

	public static List<Received> received(JsonNode json) {
		List<Received> events = new ArrayList<>();
		json.forEach((event) -> events.add(new Received(event.get("type").asString(), event.get("data").asString(),
				event.get("lastEventId").asString())));
		return events;
	}

	public String lastEventId() {
		return this.json.path("lastEventId").asString("");
	}

	public @Nullable Duration retry() {
		return this.json.has("retry") ? Duration.ofMillis(this.json.get("retry").asLong()) : null;
	}

	public List<String> comments() {
		return this.json.path("comments").valueStream().map(JsonNode::asString).toList();
	}

	@Override
	public String toString() {
		return "[" + row() + "] " + name();
	}

	/**
	 * Data that is not text, and what a {@link DataWriter} makes of it.
	 */
	private record Written(String text) {

		@Override
		public String toString() {
			return this.text;
		}

	}

}
