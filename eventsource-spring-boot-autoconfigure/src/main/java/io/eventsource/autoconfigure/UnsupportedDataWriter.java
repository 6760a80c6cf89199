package io.eventsource.autoconfigure;

import io.eventsource.DataWriter;

/**
 * Rejects data other than text if nothing can write JSON.
 */
class UnsupportedDataWriter implements DataWriter {

	@Override
	public String write(Object data) {
		throw new IllegalStateException("there is no JsonMapper to write " + data.getClass().getName()
				+ "; add spring-boot-starter-jackson, declare a bean of type " + DataWriter.class.getName()
				+ ", or publish text");
	}

}
