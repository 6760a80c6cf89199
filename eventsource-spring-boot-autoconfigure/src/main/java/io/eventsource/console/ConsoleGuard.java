package io.eventsource.console;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Refuses the requests of those who may not use the console, and those that a page of
 * another origin has a browser make. What the application itself demands, as by Spring
 * Security, comes before that.
 *
 * @param settings who may use the console
 */
record ConsoleGuard(ConsoleSettings settings) implements HandlerFilterFunction<ServerResponse, ServerResponse> {

	@Override
	public ServerResponse filter(ServerRequest request, HandlerFunction<ServerResponse> next) throws Exception {
		String refusal = refusal(request.servletRequest());
		return (refusal != null) ? ConsoleResponse.text(HttpStatus.FORBIDDEN, refusal) : next.handle(request);
	}

	private @Nullable String refusal(HttpServletRequest request) {
		if (!isAllowed(request)) {
			return switch (this.settings.access()) {
				case AUTHENTICATED -> "The console of the event streams is for users who have signed in"
						+ (this.settings.roles().isEmpty() ? "" : " and have the role that it demands")
						+ ". See eventsource.console.access.";
				default -> "The console of the event streams is for requests from the machine itself, under the name "
						+ "localhost and not through a proxy, or for users who have signed in. See "
						+ "eventsource.console.access.";
			};
		}
		return isOfOwnPage(request) ? null : "The console does not answer the pages of other origins.";
	}

	private boolean isAllowed(HttpServletRequest request) {
		return switch (this.settings.access()) {
			case AUTHENTICATED -> isUser(request);
			case LOCAL -> isUser(request) || LocalRequests.isLocal(request);
			case ANY -> true;
		};
	}

	private boolean isUser(HttpServletRequest request) {
		return request.getUserPrincipal() != null
				&& (this.settings.roles().isEmpty() || this.settings.roles().stream().anyMatch(request::isUserInRole));
	}

	/**
	 * Browsers say so themselves on safe connections, and otherwise name the origin at
	 * least if it is another one that could read the answer, or that changes something.
	 * Anybody may follow a link to the page.
	 */
	private static boolean isOfOwnPage(HttpServletRequest request) {
		String site = request.getHeader("Sec-Fetch-Site");
		if (site == null) {
			return !CorsUtils.isCorsRequest(request);
		}
		boolean link = HttpMethod.GET.matches(request.getMethod())
				&& "navigate".equals(request.getHeader("Sec-Fetch-Mode"));
		return site.equals("same-origin") || link;
	}

}
