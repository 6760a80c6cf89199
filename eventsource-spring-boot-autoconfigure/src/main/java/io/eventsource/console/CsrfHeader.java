package io.eventsource.console;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.ClassUtils;

/**
 * The header by which Spring Security knows requests of its own pages, if it protects
 * against the others.
 */
final class CsrfHeader {

	private static final boolean SPRING_SECURITY = ClassUtils
		.isPresent("org.springframework.security.web.csrf.CsrfToken", CsrfHeader.class.getClassLoader());

	private CsrfHeader() {
	}

	static @Nullable JsonNode of(HttpServletRequest request) {
		return SPRING_SECURITY ? SpringSecurity.header(request) : null;
	}

	/**
	 * What is known only if Spring Security is on the class path.
	 */
	private static final class SpringSecurity {

		static @Nullable JsonNode header(HttpServletRequest request) {
			Object token = request.getAttribute(CsrfToken.class.getName());
			return (token instanceof CsrfToken csrf) ? JsonNodeFactory.instance.objectNode()
				.put("name", csrf.getHeaderName())
				.put("value", csrf.getToken()) : null;
		}

	}

}
