package io.eventsource.redis;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.eventsource.Event;
import io.eventsource.GapCause;
import io.eventsource.RecordingReceiver;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What follows from entries that do not continue those that were read before, if Redis
 * changes between the read and the question why.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
class ContinuityTests {

	private static final RedisChannelSettings SETTINGS = new RedisChannelSettings("test:", 100, Duration.ofDays(1),
			Duration.ofHours(1), Duration.ofSeconds(5));

	@TempDir
	private Path folder;

	private RedisServer redis;

	private RedisConnections connections;

	private RedisCommands commands;

	private RedisStream stream;

	private RecordingReceiver receiver;

	private Continuity continuity;

	@BeforeEach
	void startRedis() throws IOException {
		this.redis = RedisServer.start(this.folder);
		this.connections = new RedisConnections(new LettuceConnectionFactory("127.0.0.1", this.redis.port()),
				SETTINGS.timeout());
		this.commands = new RedisCommands(this.connections, SETTINGS.timeout());
		this.stream = new RedisStream("orders", SETTINGS, this.commands);
		this.receiver = new RecordingReceiver();
		this.receiver.preload(List.of());
		this.continuity = new Continuity(this.stream, this.receiver);
	}

	@AfterEach
	void stop() {
		this.commands.close();
		this.connections.close();
		this.redis.close();
	}

	@Test
	void streamThatBeginsAgainAfterItWasReadIsToldOnce() {
		EntryId at = new EntryId(5, 0);
		// The read found nothing, and then somebody has published
		this.stream.append(Event.of("a"));
		Continuity.Step step = this.continuity.check(at, List.of(), false);
		assertThat(step.cause()).isEqualTo(GapCause.RESTARTED);
		Continuity.Step next = this.continuity.check(step.position(), this.stream.from(EntryId.ZERO, 10), false);
		assertThat(next.cause()).isNull();
	}

	@Test
	void eventsThatAreTrimmedAfterTheReadAreToldOnce() {
		this.stream.append(Event.of("a"));
		EntryId at = EntryId.of(this.redis.commands().xrange("test:orders", Range.unbounded()).get(0).getId());
		this.stream.append(Event.of("b"));
		this.stream.append(Event.of("c"));
		this.redis.commands().xtrim("test:orders", 1);
		Continuity.Step step = this.continuity.check(at, List.of(), false);
		assertThat(step.cause()).isEqualTo(GapCause.EVICTED);
		Continuity.Step next = this.continuity.check(step.position(), this.stream.from(EntryId.ZERO, 10), false);
		assertThat(next.cause()).isNull();
	}

	@Test
	void eventsOfTheNodeThatHasTakenOverAreReadThoughTheOldOneWasReadFurther() {
		for (String id : List.of("1-1", "2-1", "4-1")) {
			this.redis.commands().xadd("test:orders", new XAddArgs().id(id), Map.of("data", id));
		}
		// The old node had the first, and one that the new node does not have
		for (String id : List.of("1-1", "3-1")) {
			this.receiver.deliver(Event.builder().id(id).data(id).build());
		}
		EntryId at = new EntryId(3, 1);
		Continuity.Step step = this.continuity.check(at, this.stream.from(at, 10), false);
		assertThat(step).isEqualTo(new Continuity.Step(new EntryId(1, 1), null));
		List<StreamMessage<byte[], byte[]>> next = this.stream.from(step.position(), 10);
		assertThat(next).extracting(StreamMessage::getId).containsExactly("1-1", "2-1", "4-1");
		assertThat(this.continuity.check(step.position(), next, false)).isEqualTo(step);
	}

}
