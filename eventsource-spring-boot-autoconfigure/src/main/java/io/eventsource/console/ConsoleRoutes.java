package io.eventsource.console;

import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.function.Function;

import io.eventsource.web.EventSourceEndpoint;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The routes of the console: its page, what the page shows, and what it does. Nothing is
 * ever done by {@code GET}.
 */
public final class ConsoleRoutes {

	/** An event may be as large as the limit of most streams, and is escaped in JSON. */
	private static final int MAX_ORDER = 4 * 1024 * 1024;

	private final ConsoleSettings settings;

	private final StreamsReport streams;

	private final ClientsReport clients;

	private final ConsoleActions actions;

	private ConsoleRoutes(ConsoleSettings settings, EventSourceEndpoint endpoint,
			Function<String, @Nullable Object> beans) {
		this.settings = settings;
		this.streams = new StreamsReport(endpoint, beans);
		this.clients = new ClientsReport(endpoint);
		this.actions = new ConsoleActions(endpoint, beans);
	}

	/**
	 * Makes the routes.
	 * @param settings where they are, and who may use them for what
	 * @param endpoint serves the streams
	 * @param beans finds the bean of a stream by its name, if code can publish to it
	 * @return the routes
	 */
	public static RouterFunction<ServerResponse> of(ConsoleSettings settings, EventSourceEndpoint endpoint,
			Function<String, @Nullable Object> beans) {
		return new ConsoleRoutes(settings, endpoint, beans).build();
	}

	private RouterFunction<ServerResponse> build() {
		String path = this.settings.path();
		URI page = URI.create(this.settings.lastSegment() + "/" + ConsoleFiles.PAGE);
		RouterFunctions.Builder routes = RouterFunctions.route()
			.GET(path, (request) -> ServerResponse.temporaryRedirect(page).build())
			.GET(path + "/", (request) -> ConsoleFiles.serve(ConsoleFiles.PAGE))
			.GET(path + "/streams", this::streams)
			.GET(path + "/clients", this::clients)
			.GET(path + "/{file}", (request) -> ConsoleFiles.serve(request.pathVariable("file")));
		for (ConsoleAction action : this.settings.actions()) {
			routes.POST(path + "/" + action.name().toLowerCase(Locale.ROOT),
					RequestPredicates.contentType(MediaType.APPLICATION_JSON), (request) -> perform(action, request));
		}
		return routes.filter(new ConsoleGuard(this.settings)).build();
	}

	private ServerResponse streams(ServerRequest request) {
		ObjectNode report = this.streams.describe();
		report.put("path", this.settings.path());
		ArrayNode actions = report.putArray("actions");
		this.settings.actions().forEach((action) -> actions.add(action.name()));
		JsonNode header = CsrfHeader.of(request.servletRequest());
		if (header != null) {
			report.set("csrf", header);
		}
		return ConsoleResponse.json(HttpStatus.OK, report);
	}

	private ServerResponse clients(ServerRequest request) {
		String stream = request.param("stream").orElse("");
		return answer(() -> this.clients.describe(stream, request.param("topic").orElse(null)));
	}

	private ServerResponse perform(ConsoleAction action, ServerRequest request) throws IOException {
		byte[] order = order(request.servletRequest());
		return answer(() -> this.actions.perform(action, JsonMapper.shared().readTree(order)));
	}

	private static byte[] order(HttpServletRequest request) throws IOException {
		return request.getInputStream().readNBytes(MAX_ORDER);
	}

	private static ServerResponse answer(Report report) {
		try {
			return ConsoleResponse.json(HttpStatus.OK, report.make());
		}
		catch (IllegalArgumentException | JacksonException ex) {
			return failure(HttpStatus.BAD_REQUEST, ex);
		}
		catch (IllegalStateException ex) {
			return failure(HttpStatus.CONFLICT, ex);
		}
	}

	private static ServerResponse failure(HttpStatus status, RuntimeException cause) {
		return ConsoleResponse.json(status,
				JsonNodeFactory.instance.objectNode().put("error", String.valueOf(cause.getMessage())));
	}

	/**
	 * Makes what is answered.
	 */
	private interface Report {

		ObjectNode make();

	}

}
