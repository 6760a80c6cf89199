package io.eventsource.autoconfigure;

import java.util.AbstractList;
import java.util.List;

import io.eventsource.DataWriter;
import io.eventsource.StreamListener;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.function.SingletonSupplier;

/**
 * What the application has for all streams, made after the endpoint: so the endpoint may
 * be injected into the class that declares it.
 */
class LateBeans implements SmartInitializingSingleton {

	private final SingletonSupplier<DataWriter> writer;

	private final SingletonSupplier<List<StreamListener>> listeners;

	LateBeans(ObjectProvider<DataWriter> writer, ObjectProvider<StreamListener> listeners) {
		this.writer = SingletonSupplier.of(() -> writer.getIfAvailable(UnsupportedDataWriter::new));
		this.listeners = SingletonSupplier.of(() -> listeners.orderedStream().toList());
	}

	DataWriter writer() {
		return (data) -> this.writer.obtain().write(data);
	}

	List<StreamListener> listeners() {
		return new AbstractList<>() {

			@Override
			public StreamListener get(int index) {
				return LateBeans.this.listeners.obtain().get(index);
			}

			@Override
			public int size() {
				return LateBeans.this.listeners.obtain().size();
			}

		};
	}

	/** What is wrong with them stops the start, and not the first event. */
	@Override
	public void afterSingletonsInstantiated() {
		this.writer.obtain();
		this.listeners.obtain();
	}

}
