package io.eventsource.autoconfigure;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;

import io.eventsource.DataWriter;
import io.eventsource.StreamListener;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.function.SingletonSupplier;

/**
 * The application's beans for all streams. They are created after the endpoint, so that
 * the endpoint may be injected into the class that declares them.
 */
class LateBeans implements SmartInitializingSingleton {

	private static final DataWriter UNSUPPORTED = new UnsupportedDataWriter();

	private final ConfigurableListableBeanFactory beanFactory;

	private final SingletonSupplier<ApplicationBean<DataWriter>> writer;

	private final SingletonSupplier<List<ApplicationBean<StreamListener>>> listeners;

	LateBeans(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		this.writer = SingletonSupplier.ofNullable(this::findWriter);
		this.listeners = SingletonSupplier.of(this::findListeners);
	}

	/** The bean that Spring would inject. */
	private @Nullable ApplicationBean<DataWriter> findWriter() {
		try {
			String name = this.beanFactory.resolveNamedBean(DataWriter.class).getBeanName();
			ApplicationBeans.refuseWebScope(name, "data writer", new BeanMetadata(this.beanFactory));
			return new ApplicationBean<>(name, "", DataWriter.class, this.beanFactory);
		}
		catch (NoUniqueBeanDefinitionException ex) {
			throw ex;
		}
		catch (NoSuchBeanDefinitionException ex) {
			return null;
		}
	}

	private List<ApplicationBean<StreamListener>> findListeners() {
		ApplicationBeans<StreamListener> beans = new ApplicationBeans<>(StreamListener.class, "stream listener",
				this.beanFactory)
			.withoutWebScopes();
		return beans.inOrder(beans.all().stream().filter((bean) -> bean.get() != null).toList());
	}

	DataWriter writer() {
		return new LateWriter(this.writer);
	}

	List<StreamListener> listeners() {
		return new AbstractList<>() {

			@Override
			public StreamListener get(int index) {
				ApplicationBean<StreamListener> listener = LateBeans.this.listeners.obtain().get(index);
				return Objects.requireNonNull(listener.get(), listener::name);
			}

			@Override
			public int size() {
				return LateBeans.this.listeners.obtain().size();
			}

		};
	}

	/** A faulty bean fails the start-up instead of the first event. */
	@Override
	public void afterSingletonsInstantiated() {
		writer(this.writer);
		this.listeners.obtain();
	}

	private static DataWriter writer(SingletonSupplier<ApplicationBean<DataWriter>> bean) {
		ApplicationBean<DataWriter> found = bean.get();
		DataWriter writer = (found != null) ? found.get() : null;
		return (writer != null) ? writer : UNSUPPORTED;
	}

	/**
	 * Passes every call on.
	 *
	 * @param bean the writer of the application, if it has one
	 */
	private record LateWriter(SingletonSupplier<ApplicationBean<DataWriter>> bean) implements DataWriter {

		@Override
		public String write(Object data) throws Exception {
			return writer(this.bean).write(data);
		}

		@Override
		public String write(Object data, int maxLength) throws Exception {
			return writer(this.bean).write(data, maxLength);
		}

	}

}
