package io.eventsource.web;

import java.util.Enumeration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The attributes of a request for as long as its stream lasts: those that it had when the
 * stream was opened, and those added by code that runs for the stream, such as a
 * request-scoped bean. The request itself accepts none after Spring MVC has left it.
 */
final class StreamRequestAttributes extends ServletRequestAttributes {

	private final Map<String, Object> attributes = new ConcurrentHashMap<>();

	private volatile boolean used;

	StreamRequestAttributes(HttpServletRequest request, HttpServletResponse response) {
		super(request, response);
		Enumeration<String> names = request.getAttributeNames();
		while (names.hasMoreElements()) {
			String name = names.nextElement();
			Object value = request.getAttribute(name);
			if (value != null) {
				this.attributes.put(name, value);
			}
		}
	}

	/**
	 * Whether attributes were added.
	 */
	boolean isUsed() {
		return this.used;
	}

	@Override
	public @Nullable Object getAttribute(String name, int scope) {
		return (scope == SCOPE_REQUEST) ? this.attributes.get(name) : super.getAttribute(name, scope);
	}

	@Override
	public void setAttribute(String name, Object value, int scope) {
		if (scope == SCOPE_REQUEST) {
			this.used = true;
			this.attributes.put(name, value);
		}
		else {
			super.setAttribute(name, value, scope);
		}
	}

	@Override
	public void removeAttribute(String name, int scope) {
		if (scope == SCOPE_REQUEST) {
			this.attributes.remove(name);
			removeRequestDestructionCallback(name);
		}
		else {
			super.removeAttribute(name, scope);
		}
	}

	@Override
	public String[] getAttributeNames(int scope) {
		return (scope == SCOPE_REQUEST) ? this.attributes.keySet().toArray(new String[0])
				: super.getAttributeNames(scope);
	}

}
