package io.eventsource.web;

import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/**
 * Takes back what "open in view" has lent to the request. Spring's interceptor, or
 * filter, keeps the entity manager open until the request is dispatched again, which a
 * stream never is: once it has talked to the database, it would hold a connection of the
 * pool not only for the life of the stream, but for good.
 */
final class OpenInView {

	private static final boolean present = ClassUtils.isPresent("org.springframework.orm.jpa.EntityManagerHolder",
			OpenInView.class.getClassLoader())
			&& ClassUtils.isPresent("jakarta.persistence.EntityManager", OpenInView.class.getClassLoader());

	private OpenInView() {
	}

	/**
	 * Closes the entity managers of this thread's request, once its handler has returned.
	 */
	static void release() {
		if (present) {
			EntityManagers.close();
		}
	}

	/**
	 * Loaded only where the application has JPA.
	 */
	private static final class EntityManagers {

		static void close() {
			for (Object resource : TransactionSynchronizationManager.getResourceMap().values()) {
				if (resource instanceof EntityManagerHolder holder) {
					// Whoever has bound it unbinds it
					EntityManagerFactoryUtils.closeEntityManager(holder.getEntityManager());
				}
			}
		}

	}

}
