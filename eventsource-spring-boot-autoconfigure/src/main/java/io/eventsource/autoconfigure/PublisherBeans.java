package io.eventsource.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * Finds the beans to serve: those whose declared type says that they publish events. A
 * publisher of another or an unknown type is never served.
 */
class PublisherBeans {

	private final ConfigurableListableBeanFactory beanFactory;

	private final BeanMetadata metadata;

	private final BeanTypes types;

	private final StreamTypes streams = new StreamTypes();

	PublisherBeans(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		this.metadata = new BeanMetadata(beanFactory);
		this.types = new BeanTypes(beanFactory, this.metadata);
	}

	/**
	 * The beans to serve, in the order of their definition.
	 */
	Map<String, PublisherBean> find() {
		Map<String, PublisherBean> beans = new LinkedHashMap<>();
		for (String name : BeanMetadata.names(this.beanFactory)) {
			if (isMeant(name) && scopeObstacle(name) == null) {
				ResolvableType type = this.types.of(name);
				if (this.streams.isStream(type)) {
					beans.put(name, new PublisherBean(name, type, this.metadata.isPrimary(name)));
				}
			}
		}
		return beans;
	}

	/**
	 * The beans that look like streams but are not served.
	 * @return the names of the beans, and why they are not served
	 */
	Map<String, String> findUnserved() {
		Map<String, String> beans = new LinkedHashMap<>();
		for (String name : BeanMetadata.names(this.beanFactory)) {
			ResolvableType type = isMeant(name) ? this.types.of(name) : ResolvableType.NONE;
			String obstacle = this.streams.isStream(type) ? scopeObstacle(name) : this.streams.obstacle(type);
			if (obstacle != null) {
				beans.put(name, "(" + type + ") " + obstacle);
			}
		}
		BeanFactory parent = this.beanFactory.getParentBeanFactory();
		if (parent instanceof ConfigurableListableBeanFactory inherited) {
			new PublisherBeans(inherited).find().forEach((name, bean) -> {
				if (!this.beanFactory.containsLocalBean(name) && !isServedHere(inherited.getSingleton(name))) {
					beans.put(name, "(" + bean.type() + ") is declared in a parent context; declare it, or a bean that "
							+ "returns it, in the context of Spring MVC");
				}
			});
		}
		return beans;
	}

	/** Whether a bean of this context returns it. */
	private boolean isServedHere(@Nullable Object publisher) {
		return publisher != null
				&& find().keySet().stream().anyMatch((name) -> this.beanFactory.getSingleton(name) == publisher);
	}

	/** A bean that is not injected by its type alone is not published. */
	private boolean isMeant(String name) {
		BeanDefinition definition = this.metadata.definition(name);
		return !ScopedProxyUtils.isScopedTarget(name)
				&& (definition == null || (!definition.isAbstract() && this.metadata.isDefaultCandidate(definition)));
	}

	/** Only singletons live as long as a stream. */
	private @Nullable String scopeObstacle(String name) {
		String scope = this.metadata.scope(name);
		boolean proxied = !this.metadata.target(name).equals(name);
		if (BeanDefinition.SCOPE_SINGLETON.equals(scope) || (proxied && !ApplicationBeans.isWebScope(scope))) {
			return null;
		}
		return "has the scope '" + scope
				+ "'; only singletons are served, and a PersonalStream creates a stream for each client";
	}

}
