package io.eventsource.console;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The files of the page. They lie beside this class, where nothing else serves them, and
 * only those that are named here are ever read.
 */
final class ConsoleFiles {

	static final String PAGE = "index.html";

	private static final String SCRIPT = "text/javascript;charset=UTF-8";

	private static final Map<String, String> TYPES = Map.of(PAGE, "text/html;charset=UTF-8", "console.css",
			"text/css;charset=UTF-8", "console.js", SCRIPT, "elements.js", SCRIPT, "live.js", SCRIPT, "server.js",
			SCRIPT, "stream.js", SCRIPT, "icon.svg", "image/svg+xml");

	private ConsoleFiles() {
	}

	static ServerResponse serve(String name) throws IOException {
		String type = TYPES.get(name);
		if (type == null) {
			return ConsoleResponse.text(HttpStatus.NOT_FOUND, "There is no such file.");
		}
		try (InputStream file = ConsoleFiles.class.getResourceAsStream(name)) {
			return ConsoleResponse.of(HttpStatus.OK, MediaType.valueOf(type),
					Objects.requireNonNull(file).readAllBytes());
		}
	}

}
