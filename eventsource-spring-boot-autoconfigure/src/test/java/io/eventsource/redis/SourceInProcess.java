package io.eventsource.redis;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.eventsource.Event;
import io.eventsource.EventTopics;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * An instance of an application in a process of its own, which runs a source that does
 * not end, and can be killed.
 */
public final class SourceInProcess implements AutoCloseable {

	private final Process process;

	private SourceInProcess(Process process) {
		this.process = process;
	}

	/**
	 * Starts the process.
	 * @param redis the port of Redis
	 * @param topic the topic of the source
	 * @param output where the process says what is wrong
	 */
	static SourceInProcess start(int redis, String topic, File output) throws IOException {
		return new SourceInProcess(new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(),
				"-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
				SourceInProcess.class.getName(), Integer.toString(redis), topic)
			.redirectErrorStream(true)
			.redirectOutput(output)
			.start());
	}

	/**
	 * Runs the source.
	 * @param arguments the port of Redis, and the topic
	 */
	public static void main(String[] arguments) throws InterruptedException {
		RedisChannelSettings settings = new RedisChannelSettings("eventsource:", 1000, Duration.ofDays(1),
				Duration.ofMinutes(10), Duration.ofSeconds(5));
		RedisEventChannels channels = new RedisEventChannels(
				new LettuceConnectionFactory("127.0.0.1", Integer.parseInt(arguments[0])), settings,
				(data) -> "" + data);
		channels.start();
		EventTopics topics = channels.topics("rooms");
		Publisher<Event> source = Flux.interval(Duration.ofMillis(50)).map((i) -> Event.of("event " + i));
		topics.start(arguments[1], () -> source);
		TimeUnit.MINUTES.sleep(5);
	}

	/** Ends the process without a word to anybody. */
	void kill() throws InterruptedException {
		this.process.destroyForcibly();
		this.process.waitFor(10, TimeUnit.SECONDS);
	}

	@Override
	public void close() throws InterruptedException {
		kill();
	}

}
