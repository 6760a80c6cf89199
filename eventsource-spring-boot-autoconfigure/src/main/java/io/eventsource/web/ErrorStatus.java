package io.eventsource.web;

import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.util.ClassUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;

/**
 * The status of a response that an exception asks for, as far as Spring knows it.
 */
final class ErrorStatus {

	private static final boolean security = ClassUtils
		.isPresent("org.springframework.security.access.AccessDeniedException", ErrorStatus.class.getClassLoader());

	private ErrorStatus() {
	}

	/**
	 * Whether an exception, or the first of its causes that specifies a status, asks for
	 * a status of 400 to 499.
	 */
	static boolean isClientError(Throwable failure) {
		Throwable current = failure;
		for (int depth = 0; current != null && depth < 10; depth++) {
			Integer status = of(current);
			if (status != null) {
				return status >= 400 && status < 500;
			}
			current = current.getCause();
		}
		return false;
	}

	private static @Nullable Integer of(Throwable failure) {
		if (failure instanceof ErrorResponse response) {
			return response.getStatusCode().value();
		}
		ResponseStatus annotation = AnnotatedElementUtils.findMergedAnnotation(failure.getClass(),
				ResponseStatus.class);
		if (annotation != null) {
			return annotation.code().value();
		}
		return (security && Security.isDenied(failure)) ? Integer.valueOf(403) : null;
	}

	/**
	 * Loaded only if the application has Spring Security.
	 */
	private static final class Security {

		static boolean isDenied(Throwable failure) {
			return failure instanceof AccessDeniedException || failure instanceof AuthenticationException;
		}

	}

}
