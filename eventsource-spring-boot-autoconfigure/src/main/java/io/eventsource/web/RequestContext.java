package io.eventsource.web;

import java.util.Locale;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.i18n.LocaleContext;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.context.i18n.SimpleLocaleContext;
import org.springframework.context.i18n.SimpleTimeZoneAwareLocaleContext;
import org.springframework.context.i18n.TimeZoneAwareLocaleContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * The context of a request, for code of the application that runs for the same client on
 * threads of the engine. Spring MVC subscribes to a {@code Flux} on the thread of the
 * request, where the context is available. So the request attributes, the locale and the
 * security context are passed on and, if Micrometer's context propagation is on the class
 * path, everything that has a {@code ThreadLocalAccessor}.
 */
final class RequestContext {

	private static final boolean propagation = isPresent("io.micrometer.context.ContextSnapshotFactory");

	private static final boolean security = isPresent(
			"org.springframework.security.core.context.SecurityContextHolder");

	private static final boolean reactor = isPresent("reactor.core.publisher.Flux");

	private final StreamRequestAttributes attributes;

	private final @Nullable LocaleContext locale;

	/** The security context, if there is Spring Security. */
	private final @Nullable Object securityContext;

	/** The snapshot, if there is context propagation. */
	private final @Nullable Object snapshot;

	private RequestContext(StreamRequestAttributes attributes) {
		this.attributes = attributes;
		this.locale = locale();
		this.securityContext = security ? Security.capture() : null;
		this.snapshot = propagation ? Propagation.capture() : null;
	}

	/**
	 * Captures the context of the current thread, which is that of the request.
	 */
	static RequestContext capture(HttpServletRequest request, HttpServletResponse response) {
		return new RequestContext(new StreamRequestAttributes(request, response));
	}

	/** The locale itself: when Spring MVC looks it up later, the request may be over. */
	private static @Nullable LocaleContext locale() {
		LocaleContext context = LocaleContextHolder.getLocaleContext();
		if (context == null) {
			return null;
		}
		Locale locale = context.getLocale();
		return (context instanceof TimeZoneAwareLocaleContext zoned)
				? new SimpleTimeZoneAwareLocaleContext(locale, zoned.getTimeZone()) : new SimpleLocaleContext(locale);
	}

	/**
	 * Runs a task in this context, and then restores that of the thread.
	 */
	void run(Runnable task) {
		if (this.snapshot != null) {
			Propagation.run(this.snapshot, () -> runSecured(task));
		}
		else {
			runSecured(task);
		}
	}

	private void runSecured(Runnable task) {
		if (this.securityContext != null) {
			Security.run(this.securityContext, () -> runInRequest(task));
		}
		else {
			runInRequest(task);
		}
	}

	private void runInRequest(Runnable task) {
		RequestAttributes attributesBefore = RequestContextHolder.getRequestAttributes();
		LocaleContext localeBefore = LocaleContextHolder.getLocaleContext();
		RequestContextHolder.setRequestAttributes(this.attributes);
		LocaleContextHolder.setLocaleContext(this.locale);
		try {
			task.run();
		}
		finally {
			RequestContextHolder.setRequestAttributes(attributesBefore);
			LocaleContextHolder.setLocaleContext(localeBefore);
		}
	}

	/**
	 * Whether something was created for this request that must end with it.
	 */
	boolean isUsed() {
		return this.attributes.isUsed();
	}

	/**
	 * Destroys what was created for this request.
	 */
	void end() {
		this.attributes.requestCompleted();
	}

	/**
	 * Writes the context of the current thread into that of a Reactor publisher, as
	 * Spring MVC does if context propagation is on the class path.
	 */
	static <T> Publisher<T> write(Publisher<T> publisher) {
		return isWritten() ? ReactorContext.write(publisher) : publisher;
	}

	/**
	 * Whether {@link #write} does anything.
	 */
	static boolean isWritten() {
		return propagation && reactor;
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, RequestContext.class.getClassLoader());
	}

	/**
	 * Loaded only if the application has Spring Security.
	 */
	private static final class Security {

		static Object capture() {
			return SecurityContextHolder.getContext();
		}

		static void run(Object context, Runnable task) {
			SecurityContext before = SecurityContextHolder.getContext();
			SecurityContextHolder.setContext((SecurityContext) context);
			try {
				task.run();
			}
			finally {
				if (SecurityContextHolder.createEmptyContext().equals(before)) {
					SecurityContextHolder.clearContext();
				}
				else {
					SecurityContextHolder.setContext(before);
				}
			}
		}

	}

	/**
	 * Loaded only if the application has context propagation.
	 */
	private static final class Propagation {

		private static final ContextSnapshotFactory factory = ContextSnapshotFactory.builder().build();

		static ContextSnapshot capture() {
			return factory.captureAll();
		}

		static void run(Object snapshot, Runnable task) {
			try (ContextSnapshot.Scope scope = ((ContextSnapshot) snapshot).setThreadLocals()) {
				task.run();
			}
		}

	}

	/**
	 * Loaded only if the application has context propagation and Reactor.
	 */
	private static final class ReactorContext {

		@SuppressWarnings("ReactiveStreamsUnusedPublisher")
		static <T> Publisher<T> write(Publisher<T> publisher) {
			if (publisher instanceof Flux<T> flux) {
				return flux.contextWrite(Propagation.capture()::updateContext);
			}
			if (publisher instanceof Mono<T> mono) {
				return mono.contextWrite(Propagation.capture()::updateContext);
			}
			return publisher;
		}

	}

}
