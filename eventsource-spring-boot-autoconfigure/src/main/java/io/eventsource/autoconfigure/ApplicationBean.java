package io.eventsource.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;

/**
 * A bean that is created when it is first needed. If it is not a singleton, it is created
 * anew each time, or as its scope demands. Thread-safe.
 *
 * @param <T> the type of the bean
 */
class ApplicationBean<T> {

	private final String name;

	private final String qualifier;

	private final Class<T> type;

	private final BeanFactory beanFactory;

	private volatile @Nullable T singleton;

	ApplicationBean(String name, String qualifier, Class<T> type, BeanFactory beanFactory) {
		this.name = name;
		this.qualifier = qualifier;
		this.type = type;
		this.beanFactory = beanFactory;
	}

	String name() {
		return this.name;
	}

	/**
	 * The value of the bean's qualifier; empty if it has none.
	 */
	String qualifier() {
		return this.qualifier;
	}

	/**
	 * The bean; {@code null} if its factory method returns that.
	 */
	@Nullable T get() {
		T bean = this.singleton;
		if (bean == null) {
			bean = fetch();
			if (bean != null && this.beanFactory.isSingleton(this.name)) {
				this.singleton = bean;
			}
		}
		return bean;
	}

	private @Nullable T fetch() {
		Object bean = this.beanFactory.getBean(this.name);
		// Spring represents null by a bean that equals null
		return bean.equals(null) ? null : this.type.cast(bean);
	}

}
