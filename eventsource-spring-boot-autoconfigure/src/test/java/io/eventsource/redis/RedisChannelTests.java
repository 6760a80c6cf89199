package io.eventsource.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.lettuce.core.StreamMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Two instances of an application and their clients, with a real Redis between them.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
@ExtendWith(OutputCaptureExtension.class)
class RedisChannelTests extends InstancesOnRedis {

	@Test
	void eventsOfEitherInstanceReachTheClientsOfBothInOneOrder() throws Exception {
		TestServer first = instance();
		TestServer second = instance();
		StreamClient one = client(first);
		StreamClient other = client(second);
		for (int i = 0; i < 100; i++) {
			publish((i % 2 == 0) ? first : second, "event " + i);
		}
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(0, 100)));
		await().untilAsserted(() -> assertThat(other.events()).isEqualTo(one.events()));
	}

	@Test
	void eventsPublishedAtOnceByManyThreadsOfBothInstancesHaveOneOrder() throws Exception {
		TestServer first = instance();
		TestServer second = instance();
		StreamClient one = client(first);
		StreamClient other = client(second);
		List<Thread> threads = IntStream.range(0, 8).mapToObj((publisher) -> new Thread(() -> {
			for (int i = 0; i < 250; i++) {
				publish((publisher % 2 == 0) ? first : second, publisher + ":" + i);
			}
		})).toList();
		threads.forEach(Thread::start);
		await().until(() -> one.count() >= 2000 && other.count() >= 2000);
		assertThat(one.events()).hasSize(2000).doesNotHaveDuplicates().isEqualTo(other.events());
		assertThat(one.data().stream().filter((data) -> data.startsWith("3:")))
			.isEqualTo(IntStream.range(0, 250).mapToObj((i) -> "3:" + i).toList());
	}

	@Test
	void allOfAnEventSurvives() throws Exception {
		TestServer first = instance();
		StreamClient client = client(instance());
		first.bean(EventChannel.class)
			.publish(Event.builder()
				.type("order")
				.key("k")
				.retry(Duration.ofMillis(1234))
				.comment("two\nlines")
				.data("a\r\nb\n\n  \u00e4\ud83d\ude00\ud800\0\n")
				.build());
		first.bean(EventChannel.class).publish(Event.of(""));
		first.bean(EventChannel.class).publish(Event.of(Map.of("n", 1)));
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("a\nb\n\n  \u00e4\ud83d\ude00\ufffd\0\n",
				"", "{\"n\":1}"));
		assertThat(client.events()).extracting(Received::type).containsExactly("order", "message", "message");
		assertThat(client.comments()).containsExactly("two", "lines");
		assertThat(client.reconnectionTime()).isEqualTo(Duration.ofMillis(1234));
		List<StreamMessage<String, String>> entries = entries();
		assertThat(entries).extracting(StreamMessage::getId)
			.isEqualTo(client.events().stream().map(Received::lastEventId).toList());
		assertThat(entries.get(0).getBody()).containsOnlyKeys("type", "key", "retry", "comment", "data")
			.containsEntry("key", "k");
	}

	@Test
	void dataIsWrittenOnceAndOnlyByThePublisher() throws Exception {
		TestServer first = instance(Counting.class);
		StreamClient one = client(first);
		TestServer second = instance(Counting.class);
		StreamClient other = client(second);
		first.bean(EventChannel.class).publish(Event.of(42));
		await().untilAsserted(() -> assertThat(one.data()).containsExactly("written 42"));
		await().untilAsserted(() -> assertThat(other.data()).containsExactly("written 42"));
		assertThat(first.bean(AtomicInteger.class)).hasValue(1);
		assertThat(second.bean(AtomicInteger.class)).hasValue(0);
	}

	@Test
	void eventsThatCannotBePublishedAreRefusedBeforeRedisHasThem() throws Exception {
		EventChannel orders = instance("eventsource.max-event-size=1KB").bean(EventChannel.class);
		assertThatIllegalArgumentException().isThrownBy(() -> orders.publish(Event.builder().id("7").data("a").build()))
			.withMessageContaining(
					"must not have an id, since the store that instances share gives each event its own");
		assertThatIllegalArgumentException().isThrownBy(() -> orders.publish(Event.of("x".repeat(2000))))
			.withMessageContaining("max-event-size");
		assertThatIllegalArgumentException().isThrownBy(() -> orders.publish(Event.of(new Nameless())))
			.withMessageContaining("cannot be written");
		assertThat(entries()).isEmpty();
	}

	@Test
	void writingOfDataThatIsTooLargeEndsAtTheLimit() {
		EventChannel orders = instance("eventsource.max-event-size=1KB").bean(EventChannel.class);
		AtomicInteger written = new AtomicInteger();
		Iterable<Integer> many = () -> IntStream.range(0, 1_000_000).peek((i) -> written.incrementAndGet()).iterator();
		assertThatIllegalArgumentException().isThrownBy(() -> orders.publish("order", many))
			.withMessageContaining("max-event-size");
		assertThat(written.get()).isLessThan(100_000);
	}

	@Test
	void entriesThatAreNoEventsAreLeftOut(CapturedOutput output) throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		this.redis.commands().xadd("eventsource:orders", Map.of("type", "a\nb", "data", "x"));
		this.redis.commands().xadd("eventsource:orders", Map.of("retry", "soon", "data", "x"));
		this.redis.commands().xadd("eventsource:orders", Map.of("other", "field"));
		publish(first, "event 0");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("event 0"));
		assertThat(output.toString().lines().filter((line) -> line.contains("leaves out entry"))).hasSize(1);
	}

	/** What cannot be written as JSON. */
	public static final class Nameless {

		public String getName() {
			throw new IllegalStateException("no name");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Counting extends Application {

		@Bean
		AtomicInteger count() {
			return new AtomicInteger();
		}

		@Bean
		DataWriter writer(AtomicInteger count) {
			return (data) -> {
				count.incrementAndGet();
				return "written " + data;
			};
		}

	}

}
