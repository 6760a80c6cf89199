package io.eventsource.redis.chaos;

import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventTopics;
import io.eventsource.web.TestServer;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An instance of the application, on a real container, in this process. It can be
 * restarted.
 */
final class Instance implements AutoCloseable {

	private final String[] properties;

	private volatile TestServer server;

	private volatile boolean restarting;

	Instance(String... properties) {
		this.properties = properties;
		start();
	}

	static TestServer serve(String... properties) {
		return TestServer.start(TestServer.Container.TOMCAT, Application.class, properties);
	}

	void start() {
		this.server = serve(this.properties);
		this.restarting = false;
	}

	void stop() {
		this.restarting = true;
		this.server.close();
	}

	boolean isRestarting() {
		return this.restarting;
	}

	TestServer server() {
		return this.server;
	}

	int port() {
		return this.restarting ? 1 : this.server.port();
	}

	@Override
	public void close() {
		stop();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel orders(EventChannels channels) {
			return channels.channel("orders");
		}

		@Bean
		EventChannel prices(EventChannels channels) {
			return channels.channel("prices");
		}

		@Bean
		EventTopics rooms(EventChannels channels) {
			return channels.topics("rooms");
		}

	}

}
