package io.eventsource.web;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.context.request.RequestContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The context of a request in an application that has no context propagation on its class
 * path. {@link ContextTests} has the applications that do.
 */
class RequestContextTests {

	private final List<String> seen = new CopyOnWriteArrayList<>();

	private final Class<?> type = new WithoutPropagation().loadClass(RequestContext.class.getName());

	RequestContextTests() throws ClassNotFoundException {
	}

	@BeforeEach
	void begin() {
		SecurityContextHolder.setContext(new SecurityContextImpl(new TestingAuthenticationToken("anna", "secret")));
		LocaleContextHolder.setLocale(Locale.CANADA_FRENCH);
	}

	@AfterEach
	void end() {
		SecurityContextHolder.clearContext();
		LocaleContextHolder.resetLocaleContext();
	}

	@Test
	void userAndLocaleAreKnownOnAnotherThreadAndForgottenAfterwards() throws Exception {
		Object context = method("capture", HttpServletRequest.class, HttpServletResponse.class).invoke(null,
				new MockHttpServletRequest(), new MockHttpServletResponse());
		Method run = method("run", Runnable.class);
		Thread thread = new Thread(() -> {
			look();
			try {
				run.invoke(context, (Runnable) this::look);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException(ex);
			}
			look();
		});
		thread.start();
		thread.join();
		String nothing = "null null " + Locale.getDefault();
		assertThat(this.seen).containsExactly(nothing, "anna present fr_CA", nothing);
		assertThat(method("isWritten").invoke(null)).isEqualTo(false);
	}

	private void look() {
		Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
		this.seen.add(((authentication != null) ? authentication.getName() : null) + " "
				+ ((RequestContextHolder.getRequestAttributes() != null) ? "present" : null) + " "
				+ LocaleContextHolder.getLocale());
	}

	private Method method(String name, Class<?>... parameters) throws NoSuchMethodException {
		Method method = this.type.getDeclaredMethod(name, parameters);
		method.setAccessible(true);
		return method;
	}

	/**
	 * Loads the package anew, for which there is no context propagation.
	 */
	private static final class WithoutPropagation extends ClassLoader {

		WithoutPropagation() {
			super(RequestContextTests.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (name.startsWith("io.micrometer.context.")) {
				throw new ClassNotFoundException(name);
			}
			if (!name.startsWith(RequestContext.class.getPackageName())) {
				return super.loadClass(name, resolve);
			}
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : define(name);
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = in.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
