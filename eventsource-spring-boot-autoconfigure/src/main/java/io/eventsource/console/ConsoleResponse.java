package io.eventsource.console;

import java.nio.charset.StandardCharsets;

import tools.jackson.databind.JsonNode;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Makes the responses of the console, all of which have the headers that keep other pages
 * out, and any script that is not its own.
 */
final class ConsoleResponse {

	/** Trusted types leave no way in which text becomes markup. */
	static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
			+ "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
			+ "require-trusted-types-for 'script'; trusted-types 'none'";

	private ConsoleResponse() {
	}

	static ServerResponse text(HttpStatus status, String text) {
		return of(status, MediaType.valueOf("text/plain;charset=UTF-8"), text.getBytes(StandardCharsets.UTF_8));
	}

	static ServerResponse json(HttpStatus status, JsonNode body) {
		return of(status, MediaType.APPLICATION_JSON, body.toString().getBytes(StandardCharsets.UTF_8));
	}

	static ServerResponse of(HttpStatus status, MediaType type, byte[] body) {
		return ServerResponse.status(status)
			.contentType(type)
			.cacheControl(CacheControl.noStore())
			.header("Content-Security-Policy", POLICY)
			.header("X-Content-Type-Options", "nosniff")
			.header("X-Frame-Options", "DENY")
			.header("Referrer-Policy", "no-referrer")
			.header("Cross-Origin-Opener-Policy", "same-origin")
			.header("Cross-Origin-Resource-Policy", "same-origin")
			.body(body);
	}

}
