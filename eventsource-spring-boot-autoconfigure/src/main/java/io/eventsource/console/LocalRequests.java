package io.eventsource.console;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Recognizes requests of the machine itself: from its loopback interface, under a name
 * that nobody else can make it have, and not by way of a proxy that says so.
 */
final class LocalRequests {

	private static final Pattern ADDRESS = Pattern
		.compile("127(\\.\\d{1,3}){3}|\\[?(::1|(0:){7}1|::ffff:127(\\.\\d{1,3}){3})]?");

	/** Set by a Tomcat that has taken the address of the client from a header. */
	private static final String TOMCAT_FORWARDED = "org.apache.tomcat.request.forwarded";

	/** Beside those that begin with {@code x-forwarded}. */
	private static final List<String> PROXY_HEADERS = List.of("forwarded", "via", "x-real-ip", "x-client-ip",
			"x-cluster-client-ip", "x-envoy-external-address", "x-original-forwarded-for", "true-client-ip",
			"cf-connecting-ip", "fastly-client-ip");

	private LocalRequests() {
	}

	/**
	 * Whether a request is one. The name protects against pages of others whose own name
	 * has come to mean this machine (DNS rebinding).
	 */
	static boolean isLocal(HttpServletRequest request) {
		HttpServletRequest original = original(request);
		return isAddress(original.getRemoteAddr()) && isName(original.getServerName()) && !isForwarded(original)
				&& isAddress(request.getRemoteAddr()) && isName(request.getServerName());
	}

	/** As the container has it, below the filters of the application. */
	private static HttpServletRequest original(HttpServletRequest request) {
		ServletRequest original = request;
		while (original instanceof ServletRequestWrapper wrapper) {
			original = wrapper.getRequest();
		}
		return (original instanceof HttpServletRequest http) ? http : request;
	}

	private static boolean isAddress(String address) {
		return address != null && ADDRESS.matcher(address).matches();
	}

	private static boolean isName(String name) {
		return name != null && (name.equalsIgnoreCase("localhost") || isAddress(name));
	}

	private static boolean isForwarded(HttpServletRequest request) {
		return request.getAttribute(TOMCAT_FORWARDED) != null
				|| Collections.list(request.getHeaderNames()).stream().anyMatch(LocalRequests::isOfProxy);
	}

	private static boolean isOfProxy(String header) {
		String name = header.toLowerCase(Locale.ROOT);
		return name.startsWith("x-forwarded") || PROXY_HEADERS.contains(name);
	}

}
