package io.eventsource.autoconfigure;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates virtual threads that inherit nothing from the thread that starts them:
 * inheritable thread locals of a request, such as its security context, must not reach
 * code that runs for another client. Java 17, for which this is compiled, has no virtual
 * threads.
 */
final class VirtualThreads {

	static final String BUILDER = "java.lang.Thread$Builder$OfVirtual";

	private static final Log logger = LogFactory.getLog(VirtualThreads.class);

	private VirtualThreads() {
	}

	/**
	 * Creates a factory of such threads.
	 * @param prefix the prefix of their names
	 * @return the factory; {@code null} if it cannot be created
	 */
	static @Nullable ThreadFactory factory(String prefix) {
		try {
			Class<?> type = Class.forName(BUILDER);
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			builder = method(type, "name", String.class, long.class).invoke(builder, prefix, 1L);
			builder = method(type, "inheritInheritableThreadLocals", boolean.class).invoke(builder, false);
			return (ThreadFactory) method(type, "factory").invoke(builder);
		}
		catch (ReflectiveOperationException ex) {
			logger.debug("Virtual threads cannot be kept from inheriting thread locals", ex);
			return null;
		}
	}

	private static Method method(Class<?> type, String name, Class<?>... parameters) throws NoSuchMethodException {
		return type.getMethod(name, parameters);
	}

}
