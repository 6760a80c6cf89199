package io.eventsource.benchmarks.server;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.web.EventSourceEndpoint;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * This starter, as its README says.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class StarterApplication {

	@Bean
	EventChannel events(EventChannels channels) {
		return channels.channel("events");
	}

	static StreamServer start(SpringServer.Container container, String... settings) {
		ConfigurableApplicationContext context = SpringServer.start(StarterApplication.class, container, settings);
		EventChannel events = context.getBean(EventChannel.class);
		EventSourceEndpoint endpoint = context.getBean(EventSourceEndpoint.class);
		return new StreamServer() {

			@Override
			public int port() {
				return SpringServer.port(context);
			}

			@Override
			public int clients() {
				return endpoint.streams().get(0).clients();
			}

			@Override
			public void publish(String id, String data) {
				events.publish(Event.of(data));
			}

		};
	}

}
