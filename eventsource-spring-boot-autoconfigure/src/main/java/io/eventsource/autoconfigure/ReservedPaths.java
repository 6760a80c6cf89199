package io.eventsource.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * The paths that Spring Boot reserves.
 *
 * @param environment the environment that defines them
 */
record ReservedPaths(Environment environment) {

	private static final boolean ACTUATOR = ClassUtils.isPresent(
			"org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType",
			ReservedPaths.class.getClassLoader());

	/**
	 * Describes the owner of a path.
	 * @return a description, or {@code null} if the path is free
	 */
	@Nullable String owner(String path) {
		String error = this.environment.getProperty("spring.web.error.path",
				this.environment.getProperty("error.path", "/error"));
		if (path.equals(error)) {
			return "the error page of the application";
		}
		String actuator = this.environment.getProperty("management.endpoints.web.base-path", "/actuator");
		if (isBelow(path, StringUtils.trimTrailingCharacter(actuator, '/')) && isActuatorHere()) {
			return "the endpoints of the actuator";
		}
		return null;
	}

	private static boolean isBelow(String path, String base) {
		return !base.isEmpty() && (path.equals(base) || path.startsWith(base + "/"));
	}

	private boolean isActuatorHere() {
		return ACTUATOR && Actuator.isOnServerPort(this.environment);
	}

	/**
	 * The paths that are known only if the actuator is on the class path.
	 */
	private static final class Actuator {

		static boolean isOnServerPort(Environment environment) {
			return ManagementPortType.get(environment) == ManagementPortType.SAME;
		}

	}

}
