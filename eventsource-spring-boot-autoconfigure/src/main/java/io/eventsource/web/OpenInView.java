package io.eventsource.web;

import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/**
 * Closes the entity manager that "open in view" has bound to the request. Spring's
 * interceptor or filter keeps it open until the request is dispatched again, which never
 * happens to a stream: once the entity manager has used the database, it would hold a
 * connection of the pool not only for the life of the stream, but for good.
 */
final class OpenInView {

	private static final boolean present = ClassUtils.isPresent("org.springframework.orm.jpa.EntityManagerHolder",
			OpenInView.class.getClassLoader())
			&& ClassUtils.isPresent("jakarta.persistence.EntityManager", OpenInView.class.getClassLoader());

	private OpenInView() {
	}

	/**
	 * Closes the entity managers of this thread's request after its handler has returned.
	 */
	static void release() {
		if (present) {
			EntityManagers.close();
		}
	}

	/**
	 * Loaded only if the application has JPA.
	 */
	private static final class EntityManagers {

		static void close() {
			for (Object resource : TransactionSynchronizationManager.getResourceMap().values()) {
				if (resource instanceof EntityManagerHolder holder) {
					// The interceptor or filter that has bound it unbinds it
					EntityManagerFactoryUtils.closeEntityManager(holder.getEntityManager());
				}
			}
		}

	}

}
