package io.eventsource.console;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import io.eventsource.Patience;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends requests to a console, with any header that a browser, a proxy or somebody else
 * may send.
 *
 * @param port the port of the application
 * @param headers the headers of each request
 */
record ConsoleBrowser(int port, Map<String, String> headers) {

	ConsoleBrowser(int port) {
		this(port, Map.of("Host", "localhost:" + port));
	}

	/** One whose requests have another header. */
	ConsoleBrowser with(String name, String value) {
		Map<String, String> more = new LinkedHashMap<>(this.headers);
		more.put(name, value);
		return new ConsoleBrowser(this.port, more);
	}

	Answer get(String path) throws IOException {
		return send("GET " + path + " HTTP/1.1\r\n", "");
	}

	Answer post(String path, String body) throws IOException {
		return send("POST " + path + " HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n", body);
	}

	/** As the page itself does it. */
	Answer perform(String path, String json) throws IOException {
		return with("Content-Type", "application/json").with("Sec-Fetch-Site", "same-origin").post(path, json);
	}

	private Answer send(String start, String body) throws IOException {
		StringBuilder request = new StringBuilder(start);
		this.headers.forEach((name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
		request.append("Connection: close\r\n\r\n").append(body);
		try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), this.port)) {
			socket.setSoTimeout((int) Patience.LIMIT.toMillis());
			socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
			InputStream in = socket.getInputStream();
			return new Answer(new String(in.readAllBytes(), StandardCharsets.UTF_8));
		}
	}

	/**
	 * The bytes of an answer.
	 *
	 * @param text all of them, as UTF-8
	 */
	record Answer(String text) {

		int status() {
			return Integer.parseInt(this.text.substring(9, 12));
		}

		String head() {
			return this.text.substring(0, this.text.indexOf("\r\n\r\n"));
		}

		JsonNode json() {
			// Skips the length of a chunk
			return JsonMapper.shared()
				.readTree(this.text.substring(this.text.indexOf('{', this.text.indexOf("\r\n\r\n")),
						this.text.lastIndexOf('}') + 1));
		}

	}

}
