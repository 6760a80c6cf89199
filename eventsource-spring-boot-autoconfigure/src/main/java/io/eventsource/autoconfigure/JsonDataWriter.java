package io.eventsource.autoconfigure;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;

import io.eventsource.DataWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes data as JSON, and stops as soon as it is larger than can be sent.
 */
class JsonDataWriter implements DataWriter {

	private final JsonMapper mapper;

	JsonDataWriter(JsonMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	public String write(Object data) {
		return this.mapper.writeValueAsString(data);
	}

	@Override
	public String write(Object data, int maxLength) {
		BoundedWriter writer = new BoundedWriter(maxLength);
		this.mapper.writeValue(writer, data);
		return writer.toString();
	}

	/**
	 * Accepts a limited number of characters.
	 */
	private static final class BoundedWriter extends Writer {

		private final StringWriter text = new StringWriter();

		private final int limit;

		BoundedWriter(int limit) {
			this.limit = limit;
		}

		@Override
		public void write(char[] characters, int offset, int length) throws IOException {
			if (this.text.getBuffer().length() + (long) length > this.limit) {
				throw new IOException("its JSON has more characters than the " + this.limit
						+ " bytes of max-event-size; send less, or raise the limit");
			}
			this.text.write(characters, offset, length);
		}

		@Override
		public void flush() {
			// Nothing is held back
		}

		@Override
		public void close() {
			// Nothing is open
		}

		@Override
		public String toString() {
			return this.text.toString();
		}

	}

}
