package io.eventsource.redis;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.TopicStore.End;
import io.lettuce.core.StreamMessage;
import org.jspecify.annotations.Nullable;

/**
 * Converts events to the fields of a stream's entry and back. The fields are
 * {@code type}, {@code data}, {@code key}, {@code retry} (in milliseconds) and
 * {@code comment}, each as text in UTF-8 and only if the event has it. Other fields are
 * ignored.
 */
final class Entry {

	private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

	private static final byte[] END = "end".getBytes(StandardCharsets.US_ASCII);

	private Entry() {
	}

	/**
	 * Returns the fields of an event whose data is text.
	 */
	static Map<byte[], byte[]> of(Event event) {
		Map<byte[], byte[]> fields = new LinkedHashMap<>();
		put(fields, "type", event.type().equals(Event.DEFAULT_TYPE) ? null : event.type());
		put(fields, "data", (String) event.data());
		put(fields, "key", event.key());
		put(fields, "retry", (event.retry() != null) ? Long.toString(event.retry().toMillis()) : null);
		put(fields, "comment", event.comment());
		return fields;
	}

	private static void put(Map<byte[], byte[]> fields, String name, @Nullable String value) {
		if (value != null) {
			fields.put(name.getBytes(StandardCharsets.US_ASCII), encode(value));
		}
	}

	/** Not String.getBytes, which writes a question mark for half a surrogate pair. */
	private static byte[] encode(String text) {
		try {
			ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder()
				.onMalformedInput(CodingErrorAction.REPLACE)
				.replaceWith(REPLACEMENT)
				.encode(CharBuffer.wrap(text));
			byte[] encoded = new byte[bytes.remaining()];
			bytes.get(encoded);
			return encoded;
		}
		catch (CharacterCodingException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns the event of an entry, with the id of the entry.
	 * @throws IllegalArgumentException if the fields make no event; no instance of the
	 * application has written such an entry
	 */
	static Event event(StreamMessage<byte[], byte[]> entry) {
		Event.Builder event = Event.builder().id(entry.getId());
		entry.getBody().forEach((name, bytes) -> {
			String value = new String(bytes, StandardCharsets.UTF_8);
			switch (new String(name, StandardCharsets.UTF_8)) {
				case "type" -> event.type(value);
				case "data" -> event.data(value);
				case "key" -> event.key(value);
				case "retry" -> event.retry(Duration.ofMillis(Long.parseLong(value)));
				case "comment" -> event.comment(value);
				default -> {
				}
			}
		});
		return event.build();
	}

	/**
	 * Returns the name by which an entry says how its topic has ended.
	 */
	static String name(End end) {
		return end.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Returns how the topic has ended of which this is the last entry.
	 * @return how it has ended, or {@code null} if the entry is another one
	 */
	static @Nullable End end(StreamMessage<byte[], byte[]> entry) {
		for (Map.Entry<byte[], byte[]> field : entry.getBody().entrySet()) {
			if (Arrays.equals(field.getKey(), END)) {
				String name = new String(field.getValue(), StandardCharsets.UTF_8);
				return Stream.of(End.values()).filter((end) -> name(end).equals(name)).findFirst().orElse(End.STOPPED);
			}
		}
		return null;
	}

	/**
	 * Returns the number of bytes that the values of an entry have.
	 */
	static long size(StreamMessage<byte[], byte[]> entry) {
		return entry.getBody().values().stream().mapToLong((value) -> value.length).sum();
	}

}
