package io.eventsource.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.eventsource.DataWriter;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventTopics;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Channels on Redis Streams. Every instance of the application serves what any instance
 * publishes, under the same id. The channels use three connections of their own: one to
 * publish and to read for clients that come back, one on which Redis says that there are
 * new events, and one to read these. Thread-safe.
 */
public final class RedisEventChannels implements EventChannels, SmartLifecycle, DisposableBean {

	private final RedisChannelSettings settings;

	private final DataWriter dataWriter;

	private final RedisConnections connections;

	private final RedisCommands commands;

	private final RedisStreamReader reader;

	private final Map<String, EventChannel> channels = new ConcurrentHashMap<>();

	private final Map<String, EventTopics> topics = new ConcurrentHashMap<>();

	/**
	 * Creates channels, which take no thread and no connection until they are used.
	 * @param source where Redis is and how to connect to it; the channels do not use its
	 * connections
	 * @param settings the settings
	 * @param dataWriter writes data that is not text, once for each event, on the thread
	 * that publishes it
	 */
	public RedisEventChannels(LettuceConnectionFactory source, RedisChannelSettings settings, DataWriter dataWriter) {
		this.settings = settings;
		this.dataWriter = dataWriter;
		this.connections = new RedisConnections(source, settings.timeout());
		this.commands = new RedisCommands(this.connections, settings.timeout());
		this.reader = new RedisStreamReader(this.connections, settings.timeout());
	}

	@Override
	public EventChannel channel(String name) {
		if (name.isBlank()) {
			throw new IllegalArgumentException("The name of a channel must not be empty");
		}
		return this.channels.computeIfAbsent(name, (key) -> {
			RedisStream stream = new RedisStream(name, this.settings, this.commands);
			return EventChannel.over(new RedisEventStore(stream, this.reader), this.dataWriter,
					this.settings.timeout());
		});
	}

	@Override
	public EventTopics topics(String name) {
		if (name.isBlank()) {
			throw new IllegalArgumentException("The name of topics must not be empty");
		}
		return this.topics.computeIfAbsent(name,
				(key) -> EventTopics.over(
						new RedisTopicStore(name, this.settings.forTopics(), this.commands, this.reader),
						this.dataWriter, this.settings.timeout()));
	}

	/**
	 * Begins to read events.
	 */
	@Override
	public void start() {
		this.reader.start();
	}

	/**
	 * Stops reading events until the next start. Events can still be published.
	 */
	@Override
	public void stop() {
		this.topics.values().forEach(RedisEventChannels::close);
		this.reader.stop();
	}

	/** Ends what runs on this instance alone. */
	private static void close(EventTopics topics) {
		try {
			if (topics instanceof AutoCloseable closeable) {
				closeable.close();
			}
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public boolean isRunning() {
		return this.reader.isRunning();
	}

	/** Starts before the web server, and therefore stops after it. */
	@Override
	public int getPhase() {
		return 0;
	}

	/**
	 * Closes the connections.
	 */
	@Override
	public void destroy() {
		this.reader.close();
		this.commands.close();
		this.connections.close();
	}

}
