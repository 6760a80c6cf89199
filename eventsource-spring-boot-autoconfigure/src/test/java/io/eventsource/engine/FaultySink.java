package io.eventsource.engine;

import java.io.IOException;

import io.eventsource.EventSink;
import io.eventsource.engine.Faults.Place;

/**
 * A sink that fails where a test wants it to, in front of another one.
 *
 * @param sink what takes the bytes
 * @param faults where it fails
 */
record FaultySink(RecordingSink sink, Faults faults) implements EventSink {

	@Override
	public boolean isReady() {
		this.faults.at(Place.SINK_READY);
		return this.sink.isReady();
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		this.faults.at(Place.SINK_WRITE);
		this.sink.write(bytes, offset, length);
	}

	@Override
	public void flush() throws IOException {
		this.faults.at(Place.SINK_FLUSH);
		this.sink.flush();
	}

	@Override
	public void neverReady() {
		this.faults.at(Place.SINK_NEVER_READY);
		this.sink.neverReady();
	}

	@Override
	public void complete() {
		this.sink.complete();
		this.faults.at(Place.SINK_COMPLETE);
	}

}
