package io.eventsource.autoconfigure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The beans of a type that Spring would inject into a list: those of this context and its
 * parents, proxies instead of their targets, and no beans that are not candidates. They
 * are created when they are needed, so that they may depend on the endpoint, and as often
 * as their scope demands.
 *
 * @param <T> the type
 */
class ApplicationBeans<T> {

	/** Scopes that end with the request and are not available on other threads. */
	private static final Set<String> WEB_SCOPES = Set.of("request", "session", "websocket");

	private final String description;

	private final ConfigurableListableBeanFactory beanFactory;

	private final BeanMetadata metadata;

	private final List<ApplicationBean<T>> beans = new ArrayList<>();

	ApplicationBeans(Class<T> type, String description, ConfigurableListableBeanFactory beanFactory) {
		this.description = description;
		this.beanFactory = beanFactory;
		this.metadata = new BeanMetadata(beanFactory);
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, type, true, true)) {
			if (this.metadata.isCandidate(name)) {
				this.beans.add(new ApplicationBean<>(name, this.metadata.qualifier(name), type, beanFactory));
			}
		}
	}

	/**
	 * Whether a parent context, which may have other children too, has the bean.
	 */
	boolean isInherited(ApplicationBean<T> bean) {
		return !this.beanFactory.containsLocalBean(bean.name());
	}

	String description() {
		return this.description;
	}

	/**
	 * The beans in the order in which Spring finds them.
	 */
	List<ApplicationBean<T>> all() {
		return List.copyOf(this.beans);
	}

	/**
	 * Sorts beans as Spring sorts a list that it injects.
	 */
	List<ApplicationBean<T>> inOrder(List<ApplicationBean<T>> beans) {
		if (beans.size() < 2) {
			return beans;
		}
		return beans.stream()
			.sorted(Comparator.comparing((ApplicationBean<T> bean) -> !this.metadata.isPriorityOrdered(bean.name()))
				.thenComparingInt((bean) -> this.metadata.order(bean.name())))
			.toList();
	}

	/**
	 * Rejects beans that are bound to a request or a session but needed on other threads.
	 */
	ApplicationBeans<T> withoutWebScopes() {
		this.beans.forEach((bean) -> refuseWebScope(bean.name(), this.description, this.metadata));
		return this;
	}

	static void refuseWebScope(String bean, String description, BeanMetadata metadata) {
		String scope = metadata.scope(bean);
		if (isWebScope(scope)) {
			throw new InvalidEventSourceConfigurationException(
					"The " + description + " '" + bean + "' has the scope '" + scope + "', but it is called on threads "
							+ "that serve clients, where there is no " + scope + ".",
					"Remove the scope from '" + bean + "', and use what the EventClient says about the client. A "
							+ "StreamAdmission, which is called with the request, can add to that by "
							+ "Admission.withParameters, withHeaders and withPrincipal.");
		}
	}

	static boolean isWebScope(String scope) {
		return WEB_SCOPES.contains(scope);
	}

}
