package io.eventsource.recipes;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.eventsource.recipes.KafkaPrices.PriceListener;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class KafkaPricesTests {

	private EmbeddedKafkaBroker kafka;

	private KafkaProducer<String, String> producer;

	@BeforeEach
	void startKafka() {
		this.kafka = new EmbeddedKafkaKraftBroker(1, 1, "prices");
		this.kafka.afterPropertiesSet();
		this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", this.kafka.getBrokersAsString()),
				new StringSerializer(), new StringSerializer());
	}

	@AfterEach
	void stopKafka() {
		this.producer.close(Duration.ofSeconds(5));
		this.kafka.destroy();
	}

	@Test
	void clientResumesOnAnotherInstanceThatWasStartedLater() throws Exception {
		send("copper", "1");
		try (Server one = start(); Stream<String> lines = one.connect("prices")) {
			send("copper", "2");
			List<String> event = lines.dropWhile((line) -> !line.equals("data: 2")).limit(1).toList();
			assertThat(event).containsExactly("data: 2");
			send("copper", "3");
		}
		try (Server other = start()) {
			await().until(() -> other.snapshot("prices").published() == 3);
			try (Stream<String> lines = other.connect("prices", "1")) {
				assertThat(lines.skip(1).limit(3)).containsExactly("id: 2", "event: price", "data: 3");
			}
		}
	}

	@Test
	void recordThatCannotBeAnEventIsLeftOut() throws Exception {
		try (Server server = start(); Stream<String> lines = server.connect("prices")) {
			send("copper", null);
			send("copper", "after");
			assertThat(lines.filter((line) -> line.equals("data: after")).findFirst()).isPresent();
		}
	}

	private Server start() {
		return Server.start(List.of(KafkaPrices.class, PriceListener.class),
				"spring.kafka.bootstrap-servers=" + this.kafka.getBrokersAsString());
	}

	private void send(String key, String value) throws Exception {
		this.producer.send(new ProducerRecord<>("prices", 0, key, value))
			.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

}
