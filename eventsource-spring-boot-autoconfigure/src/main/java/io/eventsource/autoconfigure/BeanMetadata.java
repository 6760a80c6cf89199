package io.eventsource.autoconfigure;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.OrderUtils;
import org.springframework.util.StringUtils;

/**
 * What Spring knows about a bean without creating it, even if the bean is declared in a
 * parent context or is a scoped proxy.
 */
class BeanMetadata {

	private final ConfigurableListableBeanFactory beanFactory;

	BeanMetadata(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * The definition of a bean, or {@code null} if an instance was registered.
	 */
	@Nullable BeanDefinition definition(String name) {
		try {
			return this.beanFactory.getMergedBeanDefinition(name);
		}
		catch (NoSuchBeanDefinitionException ex) {
			return null;
		}
	}

	/**
	 * The name of the bean behind a scoped proxy; the name itself if there is no proxy.
	 */
	String target(String name) {
		String target = ScopedProxyUtils.getTargetBeanName(name);
		return this.beanFactory.containsBean(target) ? target : name;
	}

	/**
	 * The scope that decides how often a bean is created.
	 */
	String scope(String name) {
		BeanDefinition definition = definition(target(name));
		String scope = (definition != null) ? definition.getScope() : null;
		return StringUtils.hasText(scope) ? scope : BeanDefinition.SCOPE_SINGLETON;
	}

	/**
	 * Whether Spring would inject a bean by its type alone, or by its type and qualifier.
	 */
	boolean isCandidate(String name) {
		BeanDefinition definition = definition(name);
		if (definition == null) {
			return true;
		}
		return !ScopedProxyUtils.isScopedTarget(name) && definition.isAutowireCandidate()
				&& (isDefaultCandidate(definition) || !qualifier(name).isEmpty());
	}

	/**
	 * Whether Spring would inject a bean by its type alone.
	 */
	boolean isDefaultCandidate(BeanDefinition definition) {
		return definition.isAutowireCandidate()
				&& (!(definition instanceof AbstractBeanDefinition general) || general.isDefaultCandidate());
	}

	boolean isPrimary(String name) {
		BeanDefinition definition = definition(name);
		return definition != null && definition.isPrimary();
	}

	/**
	 * The value of a bean's {@link Qualifier}; empty if it has none.
	 */
	String qualifier(String name) {
		for (String each : new String[] { name, target(name) }) {
			String value = declaredQualifier(definition(each));
			if (value == null) {
				Qualifier annotation = owner(each).findAnnotationOnBean(each, Qualifier.class, false);
				value = (annotation != null) ? annotation.value() : null;
			}
			if (StringUtils.hasText(value)) {
				return value;
			}
		}
		return "";
	}

	/** As XML and registrars declare it. */
	private static @Nullable String declaredQualifier(@Nullable BeanDefinition definition) {
		if (definition instanceof AbstractBeanDefinition general) {
			AutowireCandidateQualifier qualifier = general.getQualifier(Qualifier.class.getName());
			if (qualifier == null) {
				qualifier = general.getQualifier(Qualifier.class.getSimpleName());
			}
			Object value = (qualifier != null) ? qualifier.getAttribute(AutowireCandidateQualifier.VALUE_KEY) : null;
			return (value != null) ? value.toString() : null;
		}
		return null;
	}

	/** Only the context that declares a factory method knows its annotations. */
	private ConfigurableListableBeanFactory owner(String name) {
		ConfigurableListableBeanFactory factory = this.beanFactory;
		while (!factory.containsLocalBean(name)
				&& factory.getParentBeanFactory() instanceof ConfigurableListableBeanFactory parent) {
			factory = parent;
		}
		return factory;
	}

	boolean isPriorityOrdered(String name) {
		Class<?> type = this.beanFactory.getType(name);
		return type != null && PriorityOrdered.class.isAssignableFrom(type);
	}

	/**
	 * The order of a bean, as Spring finds it for a list that it injects. A bean that
	 * implements {@link Ordered} is created for that purpose.
	 */
	int order(String name) {
		Integer order = declaredOrder(name);
		String target = target(name);
		if (order == null && !target.equals(name)) {
			order = declaredOrder(target);
		}
		if (order == null) {
			Class<?> type = this.beanFactory.getType(name);
			if (type != null && Ordered.class.isAssignableFrom(type)) {
				return this.beanFactory.getBean(name, Ordered.class).getOrder();
			}
			order = (type != null) ? OrderUtils.getOrder(type) : null;
		}
		return (order != null) ? order : Ordered.LOWEST_PRECEDENCE;
	}

	private @Nullable Integer declaredOrder(String name) {
		if (!(definition(name) instanceof RootBeanDefinition definition)) {
			return null;
		}
		if (definition.getAttribute(AbstractBeanDefinition.ORDER_ATTRIBUTE) instanceof Integer order) {
			return order;
		}
		Method method = definition.getResolvedFactoryMethod();
		Integer order = (method != null) ? OrderUtils.getOrder(method) : null;
		Class<?> type = definition.getTargetType();
		return (order != null || type == null || Ordered.class.isAssignableFrom(type)) ? order
				: OrderUtils.getOrder(type);
	}

	/**
	 * All beans of a context, in the order of their definition, without those of its
	 * parents.
	 */
	static Iterable<String> names(BeanFactory beanFactory) {
		return () -> ((ConfigurableListableBeanFactory) beanFactory).getBeanNamesIterator();
	}

}
