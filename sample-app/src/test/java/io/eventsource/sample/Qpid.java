package io.eventsource.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.model.SystemConfig;

/**
 * A broker of Apache Qpid in this process, with all its messages in memory.
 */
final class Qpid implements AutoCloseable {

	private final SystemLauncher launcher = new SystemLauncher();

	private Qpid() {
	}

	/**
	 * Starts a broker with the user guest, as RabbitMQ has it.
	 * @param folder an empty folder
	 * @param port the port to listen on
	 */
	static Qpid start(Path folder, int port) throws Exception {
		Path configuration = Files.writeString(folder.resolve("configuration.json"), """
				{
				  "name": "qpid",
				  "modelVersion": "9.0",
				  "authenticationproviders": [ {
				    "name": "plain", "type": "Plain", "secureOnlyMechanisms": [],
				    "users": [ { "name": "guest", "type": "managed", "password": "guest" } ]
				  } ],
				  "ports": [ {
				    "name": "AMQP", "port": %d, "bindingAddress": "127.0.0.1", "protocols": [ "AMQP_0_9_1" ],
				    "authenticationProvider": "plain",
				    "virtualhostaliases": [ { "name": "default", "type": "defaultAlias" },
				      { "name": "name", "type": "nameAlias" }, { "name": "host", "type": "hostnameAlias" } ]
				  } ],
				  "virtualhostnodes": [ {
				    "name": "default", "type": "Memory", "defaultVirtualHostNode": "true",
				    "virtualHostInitialConfiguration": "{\\"type\\": \\"Memory\\"}"
				  } ]
				}
				""".formatted(port));
		Qpid broker = new Qpid();
		broker.launcher.startup(Map.of(SystemConfig.TYPE, "Memory", SystemConfig.INITIAL_CONFIGURATION_LOCATION,
				configuration.toUri().toString(), SystemConfig.STARTUP_LOGGED_TO_SYSTEM_OUT, false,
				SystemConfig.CONTEXT, Map.of("qpid.work_dir", folder.toString())));
		return broker;
	}

	@Override
	public void close() {
		this.launcher.shutdown();
	}

}
