package io.eventsource.clients;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Collection;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The clients that streams are tested with.
 */
enum ClientKind {

	CHROMIUM("EventSource", "chromium", "chromedriver") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) {
			return programs.chromium().follow("eventsource", uri, types);
		}

	},

	NODE("eventsource", "node", "node_modules/eventsource") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) throws IOException {
			return programs.node().follow(uri, types);
		}

	},

	FETCH_EVENT_SOURCE("fetch-event-source", "chromium", "chromedriver", "node_modules/@microsoft/fetch-event-source") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) {
			return programs.chromium().follow("fetch-event-source", uri, types);
		}

	},

	OKHTTP_EVENTSOURCE("okhttp-eventsource") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) {
			return new OkHttpEventSourceClient(uri);
		}

	},

	OKHTTP_SSE("okhttp-sse") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) {
			return new OkHttpSseClient(uri);
		}

	},

	WEB_CLIENT("Spring") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) {
			return new SpringWebClient(uri);
		}

	},

	JDK("HttpClient") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) {
			return new JdkClient(uri);
		}

	},

	PYTHON("Python", "python3") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) throws IOException {
			return programs.python().follow(uri, types);
		}

	},

	CURL("curl", "curl", "sh") {

		@Override
		Client follow(URI uri, Collection<String> types, Programs programs) {
			return new CurlClient(uri);
		}

	};

	private final String reader;

	private final String[] needs;

	ClientKind(String reader, String... needs) {
		this.reader = reader;
		this.needs = needs;
	}

	/**
	 * What reads the bytes, as {@code faults.json} of the conformance kit calls it.
	 */
	String reader() {
		return this.reader;
	}

	/**
	 * Skips the test if this machine has not what the client needs.
	 */
	void assumeInstalled() {
		for (String need : this.needs) {
			assumeTrue(isThere(need),
					() -> "Streams are tested with " + this + ", which needs " + String.join(", ", this.needs)
							+ " (packages chromium, chromium-driver, nodejs, npm, python3 and curl on "
							+ "Debian) and, once, `npm ci` in " + Programs.CLIENTS);
		}
	}

	private static boolean isThere(String need) {
		return need.contains("/") ? Files.isDirectory(Programs.CLIENTS.resolve(need)) : Programs.find(need).isPresent();
	}

	/**
	 * Follows a stream until it is closed.
	 * @param types the types of the events that are listened to, where one has to say so
	 */
	abstract Client follow(URI uri, Collection<String> types, Programs programs) throws IOException;

}
