package io.eventsource.clients;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Clients in another process, which reports what they see as JSON: the object
 * {@code report} of {@code src/test/clients}.
 */
final class ScriptedClients {

	static final JsonMapper json = JsonMapper.shared();

	private final Map<Integer, Recorder> recorders = new ConcurrentHashMap<>();

	private final AtomicInteger count = new AtomicInteger();

	/**
	 * Numbers a new client.
	 */
	int add() {
		int client = this.count.incrementAndGet();
		this.recorders.put(client, new Recorder());
		return client;
	}

	void take(JsonNode report) {
		Recorder recorder = this.recorders.get(report.get("client").asInt());
		if (report.has("opened")) {
			recorder.opened();
		}
		else if (report.has("stopped")) {
			recorder.stopped();
		}
		else {
			recorder.event(report.get("type").asString(), report.get("data").asString(),
					report.get("lastEventId").asString());
		}
	}

	Seen seen(int client) {
		return this.recorders.get(client).seen();
	}

}
