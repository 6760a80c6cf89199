package io.eventsource.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Determines the declared type of a bean with its generics: that of the method or class
 * that creates it, of the target of a scoped proxy, or of the product of a
 * {@link FactoryBean}.
 */
class BeanTypes {

	private final ConfigurableListableBeanFactory beanFactory;

	private final BeanMetadata metadata;

	BeanTypes(ConfigurableListableBeanFactory beanFactory, BeanMetadata metadata) {
		this.beanFactory = beanFactory;
		this.metadata = metadata;
	}

	/**
	 * The declared type of a bean; {@link ResolvableType#NONE} if it is not known.
	 */
	ResolvableType of(String name) {
		String target = this.metadata.target(name);
		// Also makes the factory determine what a factory method returns
		Class<?> type = this.beanFactory.getType(target, false);
		BeanDefinition definition = this.metadata.definition(target);
		ResolvableType declared = (definition != null) ? declared(definition) : instance(target);
		if (declared.as(FactoryBean.class) != ResolvableType.NONE) {
			return product(target, declared, definition);
		}
		return (declared != ResolvableType.NONE) ? declared : ResolvableType.forClass(type);
	}

	private ResolvableType instance(String name) {
		Object instance = this.beanFactory.getSingleton(name);
		return (instance != null) ? ResolvableType.forInstance(instance) : ResolvableType.NONE;
	}

	private ResolvableType declared(BeanDefinition definition) {
		ResolvableType type = definition.getResolvableType();
		String factory = definition.getFactoryBeanName();
		Method method = (definition instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod() : null;
		if (factory != null && method != null && !Modifier.isStatic(method.getModifiers())
				&& type.hasUnresolvableGenerics()) {
			// A type variable in the class that declares the method may be bound in a
			// subclass
			Class<?> configuration = this.beanFactory.getType(factory, false);
			return (configuration != null)
					? ResolvableType.forMethodReturnType(method, ClassUtils.getUserClass(configuration)) : type;
		}
		return type;
	}

	private ResolvableType product(String name, ResolvableType factory, @Nullable BeanDefinition definition) {
		Object declared = (definition != null) ? definition.getAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE) : null;
		if (declared instanceof ResolvableType type) {
			return type;
		}
		if (declared instanceof Class<?> type) {
			return ResolvableType.forClass(type);
		}
		ResolvableType product = factory.as(FactoryBean.class).getGeneric(0);
		if (product.resolve(Object.class) != Object.class) {
			return product;
		}
		boolean lazy = definition != null && definition.isLazyInit();
		return ResolvableType.forClass(this.beanFactory.getType(name, !lazy));
	}

}
