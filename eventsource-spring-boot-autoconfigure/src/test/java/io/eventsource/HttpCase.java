package io.eventsource;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.eventsource.EventStreamReader.Received;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One request of the {@link ConformanceKit}, and how a server must answer it.
 */
public final class HttpCase {

	private final JsonNode json;

	public HttpCase(JsonNode json) {
		this.json = json;
	}

	public int row() {
		return this.json.get("row").asInt();
	}

	public String stream() {
		return this.json.get("stream").asString();
	}

	public String method() {
		return this.json.get("request").path("method").asString("GET");
	}

	public Map<String, String> query() {
		return texts(this.json.get("request").path("query"));
	}

	public Map<String, String> requestHeaders() {
		return texts(this.json.get("request").path("headers"));
	}

	private static Map<String, String> texts(JsonNode json) {
		Map<String, String> texts = new TreeMap<>();
		json.forEachEntry((name, value) -> texts.put(name, value.asString()));
		return texts;
	}

	public int status() {
		return this.json.get("response").get("status").asInt();
	}

	/**
	 * The headers of the answer, each with what must be among its values.
	 */
	public Map<String, List<String>> responseHeaders() {
		Map<String, List<String>> headers = new TreeMap<>();
		this.json.get("response")
			.path("headers")
			.forEachEntry((name, values) -> headers.put(name, values.valueStream().map(JsonNode::asString).toList()));
		return headers;
	}

	/**
	 * Whether the response stays open; else it ends with the events.
	 */
	public boolean staysOpen() {
		return this.json.get("response").path("open").asBoolean(false);
	}

	/**
	 * The whole body of the answer; {@code null} if its events say enough.
	 */
	public @Nullable String body() {
		return this.json.get("response").path("body").asString(null);
	}

	public List<Received> events() {
		return WireVector.received(this.json.get("response").path("events"));
	}

	@Override
	public String toString() {
		return "[" + row() + "] " + this.json.get("name").asString();
	}

}
