package io.eventsource.recipes;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.apache.kafka.clients.consumer.ConsumerRecord;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.PartitionOffset;
import org.springframework.kafka.annotation.TopicPartition;
import org.springframework.stereotype.Component;

/**
 * A topic of Kafka.
 */
@Configuration(proxyBeanMethods = false)
class KafkaPrices {

	@Bean
	EventChannel prices() {
		return EventChannel.create();
	}

	@Component
	static class PriceListener {

		private final EventChannel prices;

		PriceListener(EventChannel prices) {
			this.prices = prices;
		}

		@KafkaListener(id = "prices", properties = "auto.offset.reset=earliest",
				topicPartitions = @TopicPartition(topic = "prices",
						partitionOffsets = @PartitionOffset(partition = "0", initialOffset = "-1000")))
		void receive(ConsumerRecord<String, String> price) {
			this.prices.publish(Event.builder()
				.id(Long.toString(price.offset()))
				.type("price")
				.key(price.key())
				.data(price.value())
				.build());
		}

	}

}
