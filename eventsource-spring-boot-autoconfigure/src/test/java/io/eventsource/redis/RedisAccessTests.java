package io.eventsource.redis;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventPublicationException;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.TopicStore;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.lettuce.core.RedisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What an application must be allowed, and what it is told if it is not let in.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
@ExtendWith(OutputCaptureExtension.class)
class RedisAccessTests extends InstancesOnRedis {

	/** What Lettuce sends is its affair. */
	private static final String CONNECTION = "+@connection";

	private static final String REASON = "Redis has not confirmed an event of channel 'orders'";

	@Test
	void wrongPasswordIsNamedOnce(CapturedOutput output) throws Exception {
		this.redis.commands().configSet("requirepass", "secret");
		TestServer first = instance("spring.data.redis.password=guessed");
		StreamClient client = client(first);
		assertThatExceptionOfType(EventPublicationException.class).isThrownBy(() -> publish(first, "event 0"))
			.withMessageContainingAll(REASON, "set spring.data.redis.username and spring.data.redis.password",
					"WRONGPASS");
		String told = "No events come in from Redis until it answers again; clients stay connected: Redis does not "
				+ "accept the user or the password";
		await().until(() -> output.getOut().contains(told));
		// It is let in without being restarted
		this.redis.commands().configSet("requirepass", "guessed");
		await().until(() -> first.snapshot("orders").state() == State.LIVE);
		publishWhenBack(first, "event 0");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("event 0"));
		assertThat(output.getOut().split("clients stay connected", -1)).hasSize(2);
	}

	@Test
	void userWithTheListedRightsDoesAllThatIsNeeded() throws Exception {
		this.redis.user("shop", rules(documentedRights()));
		assertThat(failures()).isEmpty();
		String[] user = { "spring.data.redis.username=shop", "spring.data.redis.password=secret" };
		TestServer first = instance(user);
		TestServer second = instance(user);
		StreamClient client = client(first);
		publish(second, 0, 5);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 5)));
		StreamClient back = client(instance("spring.data.redis.username=shop", "spring.data.redis.password=secret",
				"eventsource.buffer-size=2"), client.events().get(0).lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(1, 5)));
	}

	@Test
	void eachOfTheListedRightsIsNeededAndToldIfItIsMissing() throws Exception {
		List<String> rights = documentedRights();
		assertThat(rights).hasSizeGreaterThan(15);
		for (String right : rights) {
			this.redis.user("shop", rules(rights.stream().filter((other) -> !other.equals(right)).toList()));
			assertThat(failures()).as("without %s", right)
				.isNotEmpty()
				.allSatisfy((failure) -> assertThat(failure).contains(
						"the user of spring.data.redis.username lacks a " + "right in Redis; grant it by ACL SETUSER"));
		}
	}

	@Test
	void keysOfOthersAreDenied() {
		this.redis.user("shop", rules(documentedRights()));
		this.redis.user("shop", "resetkeys", "~other:*");
		assertThat(failures()).isNotEmpty()
			.allSatisfy((failure) -> assertThat(failure).contains("lacks a right in Redis"));
	}

	@Test
	void bundleOfTheApplicationIsUsedForTls(@TempDir Path folder, CapturedOutput output) throws Exception {
		Path certificate = certificate(folder);
		int port = RedisServer.freePort();
		Path own = Files.createDirectory(folder.resolve("redis"));
		open(RedisServer.start(own, "--tls-port", Integer.toString(port), "--tls-cert-file", certificate.toString(),
				"--tls-key-file", folder.resolve("key.pem").toString(), "--tls-auth-clients", "no"));
		TestServer first = instance("spring.data.redis.port=" + port, "spring.data.redis.ssl.bundle=redis",
				"spring.ssl.bundle.pem.redis.truststore.certificate=file:" + certificate);
		StreamClient client = client(first);
		publish(first, 0, 3);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 3)));
		TestServer distrustful = instance("spring.data.redis.port=" + port, "spring.data.redis.ssl.enabled=true");
		client(distrustful);
		assertThatExceptionOfType(EventPublicationException.class).isThrownBy(() -> publish(distrustful, "lost"))
			.withMessageContainingAll(REASON, "no connection by TLS can be made; add the certificate of Redis",
					"spring.data.redis.ssl.bundle");
		await().until(() -> output.getOut().contains("clients stay connected: no connection by TLS can be made"));
	}

	/** The certificate for the address of this machine, and the key beside it. */
	private static Path certificate(Path folder) throws Exception {
		Path store = folder.resolve("redis.p12");
		Process keytool = new ProcessBuilder(new File(System.getProperty("java.home"), "bin/keytool").getPath(),
				"-genkeypair", "-alias", "redis", "-keyalg", "RSA", "-dname", "CN=redis", "-ext", "san=ip:127.0.0.1",
				"-storetype", "PKCS12", "-storepass", "secret", "-keystore", store.toString())
			.redirectErrorStream(true)
			.redirectOutput(folder.resolve("keytool.out").toFile())
			.start();
		assertThat(keytool.waitFor()).isZero();
		KeyStore keys = KeyStore.getInstance("PKCS12");
		keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), "secret".toCharArray());
		write(folder.resolve("key.pem"), "PRIVATE KEY", keys.getKey("redis", "secret".toCharArray()).getEncoded());
		return write(folder.resolve("certificate.pem"), "CERTIFICATE", keys.getCertificate("redis").getEncoded());
	}

	private static Path write(Path file, String type, byte[] bytes) throws IOException {
		String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(bytes);
		return Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
	}

	/** The rights that the page on more than one instance lists. */
	private static List<String> documentedRights() {
		try {
			String page = Files.readString(Path.of("../docs/scaling.md"));
			int from = page.indexOf("ACL SETUSER shop");
			return Stream.of(page.substring(from, page.indexOf("```", from)).split("\\s+"))
				.filter((word) -> word.startsWith("+") && !word.equals(CONNECTION))
				.toList();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String[] rules(List<String> rights) {
		return Stream
			.concat(Stream.of("reset", "on", ">secret", "~eventsource:*", "&eventsource:*", CONNECTION),
					rights.stream())
			.toArray(String[]::new);
	}

	/** Does all that is done in Redis, and returns what has failed. */
	private List<String> failures() {
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration("127.0.0.1", this.redis.port());
		configuration.setUsername("shop");
		configuration.setPassword("secret");
		RedisChannelSettings settings = new RedisChannelSettings("eventsource:", 100, Duration.ofDays(1),
				Duration.ofMinutes(10), Duration.ofSeconds(5));
		List<String> failures = new ArrayList<>();
		try (RedisConnections connections = new RedisConnections(new LettuceConnectionFactory(configuration),
				settings.timeout()); RedisCommands commands = new RedisCommands(connections, settings.timeout())) {
			this.redis.commands().flushall();
			this.redis.commands().scriptFlush();
			for (Step step : steps(connections, commands, settings)) {
				try {
					step.take();
				}
				catch (EventPublicationException ex) {
					failures.add(ex.getMessage());
				}
				catch (RedisException ex) {
					failures.add(RedisProblem.describe(ex));
				}
			}
		}
		return failures;
	}

	private static List<Step> steps(RedisConnections connections, RedisCommands commands,
			RedisChannelSettings settings) {
		RedisStream stream = new RedisStream("orders", settings, commands);
		RedisTopicStore topics = new RedisTopicStore("rooms", settings, commands,
				new RedisStreamReader(connections, settings.timeout()));
		return List.of(() -> stream.append(Event.of("event 0")), () -> stream.append(Event.of("event 1")),
				() -> stream.from(new EntryId(1, 0), 10), () -> stream.before(null, 10), stream::facts, stream::keep,
				() -> commands
					.run((redis) -> new EntryReader(redis).behind(List.of(stream.offset(EntryId.ZERO)), 10, 1000)),
				() -> messages(connections), () -> topics.exists("1"), () -> topics.append("1", Event.of("event 0")),
				() -> topics.end("1"), () -> run(topics));
	}

	private static void run(RedisTopicStore topics) {
		TopicStore.Run run = topics.start("job", () -> {
		});
		assertThat(run).isNotNull();
		run.append(Event.of("event 0"));
		run.end(TopicStore.End.COMPLETED);
	}

	private static void messages(RedisConnections connections) {
		try (RedisWakeups wakeups = new RedisWakeups(connections.openForMessages(), (key) -> {
		}, () -> {
		})) {
			wakeups.add(List.of("eventsource:orders"));
			wakeups.remove(List.of("eventsource:orders"));
		}
	}

	/** Something that is done in Redis. */
	private interface Step {

		void take();

	}

}
