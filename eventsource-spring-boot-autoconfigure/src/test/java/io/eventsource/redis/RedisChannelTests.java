package io.eventsource.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventPublicationException;
import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.Patience;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.lettuce.core.KillArgs;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Two instances of an application and their clients, with a real Redis between them.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
@ExtendWith(OutputCaptureExtension.class)
class RedisChannelTests {

	private final List<AutoCloseable> open = new ArrayList<>();

	@TempDir
	private Path folder;

	private RedisServer redis;

	@BeforeEach
	void startRedis() throws IOException {
		this.redis = RedisServer.start(this.folder);
	}

	@AfterEach
	void stop() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
		this.redis.close();
	}

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
	void streamWithoutItsLatestEntriesGoesOnWithoutDuplicates() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		// As after a failover to a replica that had not got them yet
		String third = id(2);
		this.redis.commands().xdel("eventsource:orders", id(3), id(4));
		setLastId(third);
		await().during(Duration.ofSeconds(3)).until(() -> client.count() == 5);
		add(third.replaceFirst("-.*", "-1000"), "event 5");
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 6)));
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
			.withMessageContaining("must not have an id, since Redis gives the events of channel 'orders' theirs");
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
	void instanceThatStartsLaterHasTheLatestEvents() throws Exception {
		TestServer first = instance();
		publish(first, 0, 10);
		TestServer second = instance("eventsource.buffer-size=5", "eventsource.initial-replay=3");
		assertThat(second.snapshot("orders").published()).isZero();
		StreamClient newcomer = client(second);
		await().untilAsserted(() -> assertThat(newcomer.data()).isEqualTo(events(7, 10)));
		StreamClient back = client(second, id(5));
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(6, 10)));
		publish(first, 10, 12);
		await().untilAsserted(() -> assertThat(newcomer.data()).isEqualTo(events(7, 12)));
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(6, 12)));
	}

	@Test
	void clientThatHasBeenAwayForLongerThanTheLogGetsTheRestFromRedis() throws Exception {
		TestServer first = instance("eventsource.buffer-size=10");
		publish(first, 0, 2000);
		TestServer second = instance("eventsource.buffer-size=10");
		StreamClient one = client(first, id(3));
		StreamClient other = client(second, id(1500));
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(4, 2000)));
		await().untilAsserted(() -> assertThat(other.data()).isEqualTo(events(1501, 2000)));
		publish(second, 2000, 2010);
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(4, 2010)));
		await().untilAsserted(() -> assertThat(other.data()).isEqualTo(events(1501, 2010)));
	}

	@Test
	void clientWhoseEventWasTrimmedAwayIsToldSo() throws Exception {
		TestServer first = instance("eventsource.buffer-size=10", "eventsource.channels.redis.max-length=50");
		publish(first, 0, 1);
		String trimmed = id(0);
		publishAsRead(first, 1, 400);
		assertThat(this.redis.commands().xlen("eventsource:orders")).isBetween(50L, 200L);
		StreamClient client = client(first, trimmed);
		await().until(() -> client.count() == 11);
		assertThat(gaps(client)).containsExactly("{\"cause\":\"evicted\"}");
		assertThat(client.data().subList(1, 11)).isEqualTo(events(390, 400));
		StreamClient stranger = client(first, "of another system");
		await().until(() -> stranger.count() == 11);
		assertThat(gaps(stranger)).containsExactly("{\"cause\":\"unknown\"}");
	}

	@Test
	void clientsOfAnInstanceThatGoesResumeOnTheOther() throws Exception {
		TestServer first = instance();
		TestServer second = instance();
		StreamClient client = client(first);
		publish(second, 0, 5);
		await().until(() -> client.count() == 5);
		first.close();
		publish(second, 5, 10);
		StreamClient back = client(second, client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(5, 10)));
	}

	@Test
	void clientsResumeAfterAllInstancesWereRestarted() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		publish(first, 5, 8);
		first.close();
		TestServer next = instance();
		StreamClient back = client(next, client.events().get(4).lastEventId());
		publish(next, 8, 10);
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(5, 10)));
	}

	@Test
	void clientsStayWhileRedisIsAwayAndGetEveryEventOnceAfterwards(CapturedOutput output) throws Exception {
		TestServer first = instance("eventsource.channels.redis.timeout=3s");
		TestServer second = instance();
		StreamClient one = client(first);
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> one.count() == 5 && other.count() == 5);
		assertThat(first.snapshot("orders").state()).isEqualTo(State.LIVE);
		this.redis.kill();
		await().until(() -> first.snapshot("orders").state() == State.RESTARTING
				&& second.snapshot("orders").state() == State.RESTARTING);
		assertThat(failsWithin(Duration.ofSeconds(30), () -> publish(first, "lost")))
			.isInstanceOf(EventPublicationException.class)
			.hasMessageContaining("Redis has not confirmed an event of channel 'orders'");
		this.redis.start();
		await().until(() -> first.snapshot("orders").state() == State.LIVE
				&& second.snapshot("orders").state() == State.LIVE);
		publish(second, 5, 10);
		publish(first, 10, 15);
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(0, 15)));
		await().untilAsserted(() -> assertThat(other.events()).isEqualTo(one.events()));
		assertThat(one.hasEnded() || other.hasEnded()).isFalse();
		assertThat(output.toString().lines().filter((line) -> line.contains("No events come in from Redis"))).hasSize(2)
			.allSatisfy((line) -> assertThat(line).contains("WARN"));
		assertThat(output.toString().lines().filter((line) -> line.contains("Redis is back"))).hasSize(2);
	}

	@Test
	void publisherThatWaitsForAHungRedisFailsInTime() throws Exception {
		TestServer first = instance("eventsource.channels.redis.timeout=2s");
		publish(first, "before");
		this.redis.commands().clientPause(120_000);
		assertThat(failsWithin(Duration.ofSeconds(30), () -> publish(first, "uncertain")))
			.isInstanceOf(EventPublicationException.class);
		assertThat(failsWithin(Duration.ofSeconds(30), () -> publish(first, "uncertain")))
			.isInstanceOf(EventPublicationException.class);
	}

	@Test
	void clientsAreToldIfRedisComesBackEmpty() throws Exception {
		TestServer first = instance();
		TestServer second = instance();
		StreamClient one = client(first);
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> one.count() == 5 && other.count() == 5);
		this.redis.lose();
		await().until(() -> first.snapshot("orders").state() == State.RESTARTING);
		this.redis.start();
		publishWhenBack(first, "event 5");
		publish(second, 6, 8);
		for (StreamClient client : List.of(one, other)) {
			await().until(() -> client.data().contains("event 7"));
			assertThat(gaps(client)).hasSize(1);
			assertThat(withoutGaps(client)).isEqualTo(events(0, 8));
		}
		StreamClient back = client(instance(), one.events().get(2).lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).startsWith("{\"cause\":\"evicted\"}", "event 5"));
	}

	@Test
	void idsThatAreLowerThanBeforeDoNotStopTheStream() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		this.redis.lose();
		await().until(() -> first.snapshot("orders").state() == State.RESTARTING);
		this.redis.start();
		add("1-1", "event 5");
		add("1-2", "event 6");
		await().until(() -> client.data().contains("event 6"));
		assertThat(gaps(client)).containsExactly("{\"cause\":\"restarted\"}");
		assertThat(withoutGaps(client)).isEqualTo(events(0, 7));
		StreamClient back = client(first, "1-1");
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("event 6"));
	}

	@Test
	void clientsAreToldIfAStreamIsDeleted() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 2);
		await().until(() -> client.count() == 2);
		this.redis.commands().del("eventsource:orders");
		await().untilAsserted(() -> assertThat(gaps(client)).containsExactly("{\"cause\":\"restarted\"}"));
		add("1-1", "event 2");
		await().untilAsserted(() -> assertThat(withoutGaps(client)).isEqualTo(events(0, 3)));
	}

	@Test
	void instanceThatWasCutOffForLongerThanTheStreamTellsItsClients() throws Exception {
		Cable cable = open(Cable.to(this.redis.port()));
		TestServer first = instance("eventsource.channels.redis.max-length=50");
		TestServer second = instance("spring.data.redis.port=" + cable.port());
		StreamClient one = client(first);
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> other.count() == 5);
		cable.cut();
		await().until(() -> second.snapshot("orders").state() == State.RESTARTING);
		publishAsRead(first, 5, 600);
		cable.mend();
		await().until(() -> other.data().contains("event 599"));
		assertThat(gaps(other)).containsExactly("{\"cause\":\"evicted\"}");
		assertThat(other.data().get(5)).startsWith("{");
		int kept = this.redis.commands().xlen("eventsource:orders").intValue();
		assertThat(other.data().subList(6, other.count())).isEqualTo(events(600 - kept, 600));
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(0, 600)));
		StreamClient back = client(second, other.events().get(3).lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).startsWith("event 4", "{\"cause\":\"evicted\"}"));
	}

	@Test
	void instanceThatWasCutOffForLongerThanItsLogCatchesUp() throws Exception {
		Cable cable = open(Cable.to(this.redis.port()));
		TestServer first = instance();
		TestServer second = instance("spring.data.redis.port=" + cable.port(), "eventsource.buffer-size=20",
				"eventsource.channels.redis.timeout=3s");
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> other.count() == 5);
		cable.cut();
		await().until(() -> second.snapshot("orders").state() == State.RESTARTING);
		publish(first, 5, 600);
		assertThat(failsWithin(Duration.ofSeconds(30), () -> publish(second, "lost")))
			.isInstanceOf(EventPublicationException.class);
		cable.mend();
		await().untilAsserted(() -> assertThat(other.data()).isEqualTo(events(0, 600)));
	}

	@Test
	void connectionsThatRedisClosesAreMadeAnewWithoutAnEventLost() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 2);
		await().until(() -> client.count() == 2);
		// Of this application and none else
		connections().forEach((id) -> this.redis.commands().clientKill(KillArgs.Builder.id(Long.parseLong(id))));
		await().until(() -> connections().size() >= 1);
		publishWhenBack(first, "event 2");
		publish(first, 3, 5);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 5)));
	}

	@Test
	void channelThatHasNoRoomWaitsInRedisAndHoldsUpNoOther() throws Exception {
		TestServer first = instance(ManyChannels.class, "eventsource.streams.channel0.overflow=backpressure",
				"eventsource.streams.channel0.buffer-size=20");
		EventChannels channels = first.bean(EventChannels.class);
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), first.port())) {
			socket.getOutputStream()
				.write("GET /events/channel0 HTTP/1.0\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			await().until(() -> first.clients("channel0") == 1);
			String text = "x".repeat(20_000);
			for (int i = 0; i < 1800; i++) {
				channels.channel("channel0").publish(Event.of(i + text));
			}
			await().during(Duration.ofMillis(500)).until(() -> first.snapshot("channel0").published() < 1000);
			StreamClient other = open(StreamClient.connect(first.uri("/events/channel1")));
			channels.channel("channel1").publish(Event.of("a"));
			await().untilAsserted(() -> assertThat(other.data()).containsExactly("a"));
			EventStreamReader reader = new EventStreamReader();
			byte[] buffer = new byte[65_536];
			while (reader.count() < 1800) {
				reader.feed(buffer, 0, socket.getInputStream().read(buffer));
			}
			assertThat(reader.events()).extracting(Received::data)
				.isEqualTo(IntStream.range(0, 1800).mapToObj((i) -> i + text).toList());
		}
	}

	@Test
	void connectionsAreMadeAsTheApplicationHasConfigured() throws Exception {
		this.redis.commands().configSet("requirepass", "secret");
		TestServer first = instance("spring.data.redis.password=secret", "spring.data.redis.database=3",
				"spring.data.redis.client-name=shop", "spring.data.redis.lettuce.read-from=replicaPreferred",
				"eventsource.channels.redis.key-prefix=shop/");
		publish(first, "event 0");
		// What Redis has confirmed is live until the instance has read it
		await().until(() -> first.snapshot("orders").published() == 1);
		StreamClient client = client(first);
		publish(first, "event 1");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("event 1"));
		assertThat(this.redis.commands().clientList().lines().filter((line) -> line.contains(" name=shop "))).hasSize(2)
			.allSatisfy((line) -> assertThat(line).contains(" db=3 "));
		this.redis.commands().select(3);
		assertThat(this.redis.commands().keys("*")).containsExactly("shop/orders");
	}

	@Test
	void twoConnectionsServeAnyNumberOfChannelsAndClients() throws Exception {
		TestServer first = instance(ManyChannels.class);
		EventChannels channels = first.bean(EventChannels.class);
		for (int i = 0; i < 5; i++) {
			String name = "channel" + i;
			StreamClient client = open(StreamClient.connect(first.uri("/events/" + name)));
			channels.channel(name).publish(Event.of(name));
			await().untilAsserted(() -> assertThat(client.data()).containsExactly(name));
		}
		assertThat(connections()).hasSize(2);
	}

	@Test
	void streamsGoOnAfterStopAndStart() throws Exception {
		TestServer first = instance();
		TestServer second = instance();
		StreamClient client = client(first);
		publish(first, 0, 3);
		await().until(() -> client.count() == 3);
		first.context().stop();
		publish(second, 3, 6);
		publish(first, 6, 7);
		first.context().start();
		StreamClient back = client(first, client.lastEventId());
		publish(second, 7, 9);
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(3, 9)));
	}

	@Test
	void applicationStartsWhileRedisIsAwayAndServesOnceItIsThere() throws Exception {
		TestServer first = instance();
		publish(first, 0, 5);
		String third = id(2);
		this.redis.kill();
		TestServer second = instance("eventsource.initial-replay=2");
		assertThat(second.snapshot("orders").state()).isEqualTo(State.RESTARTING);
		StreamClient early = client(second);
		this.redis.start();
		await().until(() -> second.snapshot("orders").state() == State.LIVE);
		publishWhenBack(first, "event 5");
		// It cannot be known whether others have published since the client came
		await().untilAsserted(() -> assertThat(early.data()).containsExactly("{\"cause\":\"unknown\"}", "event 5"));
		StreamClient back = client(second, third);
		await().untilAsserted(() -> assertThat(withoutGaps(back)).isEqualTo(events(3, 6)));
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

	@Test
	void clientsThatGoFromInstanceToInstanceGetEachEventOnceAndInOrder() throws Exception {
		int count = 5000;
		List<TestServer> servers = List.of(instance("eventsource.buffer-size=200"),
				instance("eventsource.buffer-size=200"));
		List<Wanderer> wanderers = IntStream.range(0, 6).mapToObj((i) -> new Wanderer(servers, i, count)).toList();
		wanderers.forEach(Thread::start);
		await().until(() -> servers.stream().mapToInt((server) -> server.clients("orders")).sum() == 6);
		for (int i = 0; i < count; i++) {
			publish(servers.get(i % 2), Integer.toString(i));
		}
		for (Wanderer wanderer : wanderers) {
			wanderer.join(2 * Patience.LIMIT.toMillis());
			assertThat(wanderer.isAlive()).isFalse();
			assertThat(wanderer.failure).isNull();
			assertThat(wanderer.received).isEqualTo(IntStream.range(0, count).mapToObj(Integer::toString).toList());
			assertThat(wanderer.connections).isGreaterThan(3);
		}
	}

	private <T extends AutoCloseable> T open(T closeable) {
		this.open.add(closeable);
		return closeable;
	}

	private TestServer instance(String... properties) {
		return instance(Application.class, properties);
	}

	private TestServer instance(Class<?> application, String... properties) {
		return open(TestServer.start(TestServer.Container.TOMCAT, application, this.redis.properties(properties)));
	}

	private StreamClient client(TestServer server) throws Exception {
		StreamClient client = open(StreamClient.connect(server.uri("/events/orders")));
		await().until(() -> server.clients("orders") > 0);
		return client;
	}

	private StreamClient client(TestServer server, String lastEventId) throws Exception {
		return open(StreamClient.connect(server.uri("/events/orders"), "Last-Event-ID", lastEventId));
	}

	private static void publish(TestServer server, String data) {
		server.bean(EventChannel.class).publish(Event.of(data));
	}

	private static void publish(TestServer server, int from, int to) {
		events(from, to).forEach((data) -> publish(server, data));
	}

	/**
	 * Publishes no faster than the instance reads, so that Redis trims nothing that was
	 * not read.
	 */
	private static void publishAsRead(TestServer server, int from, int to) {
		for (int i = from; i < to; i++) {
			publish(server, "event " + i);
			int published = i + 1;
			if (published % 25 == 0 || published == to) {
				await().pollDelay(Duration.ZERO)
					.pollInterval(Duration.ofMillis(5))
					.until(() -> server.snapshot("orders").published() == published);
			}
		}
	}

	private static void publishWhenBack(TestServer server, String data) {
		await().ignoreException(EventPublicationException.class).until(() -> {
			publish(server, data);
			return true;
		});
	}

	private void add(String id, String data) {
		this.redis.commands().xadd("eventsource:orders", new XAddArgs().id(id), Map.of("data", data));
	}

	private void setLastId(String id) {
		this.redis.commands()
			.eval("return redis.call('XSETID', KEYS[1], ARGV[1])", ScriptOutputType.STATUS,
					new String[] { "eventsource:orders" }, id);
	}

	private List<StreamMessage<String, String>> entries() {
		return this.redis.commands().xrange("eventsource:orders", Range.unbounded());
	}

	/** The id of an event that is in Redis. */
	private String id(int event) {
		return entries().stream()
			.filter((entry) -> ("event " + event).equals(entry.getBody().get("data")))
			.findFirst()
			.orElseThrow()
			.getId();
	}

	/** The ids of the connections of applications. */
	private List<String> connections() {
		return Arrays.stream(this.redis.commands().clientList().split("\n"))
			.filter((line) -> !line.contains("cmd=client"))
			.map((line) -> line.replaceFirst("^id=([0-9]+) .*$", "$1").trim())
			.toList();
	}

	private static Throwable failsWithin(Duration time, Runnable action) {
		long begun = System.nanoTime();
		Throwable failure = catchThrowable(action::run);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(time);
		return failure;
	}

	private static List<String> events(int from, int to) {
		return IntStream.range(from, to).mapToObj((i) -> "event " + i).toList();
	}

	private static List<String> gaps(StreamClient client) {
		return client.events().stream().filter((event) -> event.type().equals("gap")).map(Received::data).toList();
	}

	private static List<String> withoutGaps(StreamClient client) {
		return client.events().stream().filter((event) -> !event.type().equals("gap")).map(Received::data).toList();
	}

	/** What cannot be written as JSON. */
	public static final class Nameless {

		public String getName() {
			throw new IllegalStateException("no name");
		}

	}

	/**
	 * A client that leaves after some events and comes back to another instance.
	 */
	private static final class Wanderer extends Thread {

		private final List<TestServer> servers;

		private final int seed;

		private final int count;

		private final List<String> received = new ArrayList<>();

		private int connections;

		private Throwable failure;

		Wanderer(List<TestServer> servers, int seed, int count) {
			this.servers = servers;
			this.seed = seed;
			this.count = count;
			setDaemon(true);
		}

		@Override
		public void run() {
			try {
				String lastEventId = "";
				while (this.received.size() < this.count) {
					lastEventId = receive(lastEventId);
				}
			}
			catch (Exception | AssertionError ex) {
				this.failure = ex;
			}
		}

		private String receive(String lastEventId) throws Exception {
			TestServer server = this.servers.get((this.seed + this.connections) % 2);
			String[] headers = lastEventId.isEmpty() ? new String[0] : new String[] { "Last-Event-ID", lastEventId };
			int wanted = Math.min(this.count - this.received.size(), 150 + 97 * this.seed);
			this.connections++;
			try (StreamClient client = StreamClient.connect(server.uri("/events/orders"), headers)) {
				await().pollInterval(Duration.ofMillis(5)).until(() -> client.count() >= wanted || client.hasEnded());
				List<Received> events = client.events();
				List<Received> taken = events.subList(0, Math.min(wanted, events.size()));
				this.received.addAll(taken.stream().map(Received::data).toList());
				return taken.isEmpty() ? lastEventId : taken.get(taken.size() - 1).lastEventId();
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel orders(EventChannels channels) {
			return channels.channel("orders");
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

	@Configuration(proxyBeanMethods = false)
	static class ManyChannels {

		@Bean
		EventChannel channel0(EventChannels channels) {
			return channels.channel("channel0");
		}

		@Bean
		EventChannel channel1(EventChannels channels) {
			return channels.channel("channel1");
		}

		@Bean
		EventChannel channel2(EventChannels channels) {
			return channels.channel("channel2");
		}

		@Bean
		EventChannel channel3(EventChannels channels) {
			return channels.channel("channel3");
		}

		@Bean
		EventChannel channel4(EventChannels channels) {
			return channels.channel("channel4");
		}

	}

}
