package io.eventsource.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.eventsource.DataWriter;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Channels on Redis Streams: what any instance of the application publishes is served by
 * every instance, under the same id. Uses two connections of its own, one for commands
 * and one to wait for new events of all channels. Thread-safe.
 */
public final class RedisEventChannels implements EventChannels, SmartLifecycle, DisposableBean {

	private final RedisChannelSettings settings;

	private final DataWriter dataWriter;

	private final Connector connector;

	private final Commands commands;

	private final Tail tail;

	private final Map<String, EventChannel> channels = new ConcurrentHashMap<>();

	/**
	 * Makes channels, which take no thread and no connection until they are used.
	 * @param connections where Redis is and how to connect to it; its commands do not
	 * share a connection with those of the channels
	 * @param settings the settings
	 * @param dataWriter writes data that is not text, once for each event, on the thread
	 * that publishes it
	 */
	public RedisEventChannels(LettuceConnectionFactory connections, RedisChannelSettings settings,
			DataWriter dataWriter) {
		this.settings = settings;
		this.dataWriter = dataWriter;
		this.connector = new Connector(connections, settings.timeout());
		this.commands = new Commands(this.connector, settings.timeout());
		this.tail = new Tail(this.connector, settings.timeout());
	}

	@Override
	public EventChannel channel(String name) {
		if (name.isBlank()) {
			throw new IllegalArgumentException("The name of a channel must not be empty");
		}
		return this.channels.computeIfAbsent(name, (key) -> {
			RedisRelay relay = new RedisRelay(name, this.settings, this.dataWriter, this.commands, this.tail);
			return EventChannel.over(relay);
		});
	}

	/**
	 * Begins to take in events.
	 */
	@Override
	public void start() {
		this.tail.start();
	}

	/**
	 * Takes in no more events until the next start. Events can be published still.
	 */
	@Override
	public void stop() {
		this.tail.stop();
	}

	@Override
	public boolean isRunning() {
		return this.tail.isRunning();
	}

	/** Before the web server, and so after it when the application stops. */
	@Override
	public int getPhase() {
		return 0;
	}

	/**
	 * Closes the connections.
	 */
	@Override
	public void destroy() {
		this.tail.stop();
		this.commands.close();
		this.connector.close();
	}

}
