package io.eventsource.devtools;

import io.eventsource.EventChannel;
import io.eventsource.PersonalStream;
import io.eventsource.engine.EventStream;
import reactor.core.publisher.Flux;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application that the developer tools restart.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class DevtoolsApplication {

	public static void main(String[] args) {
		SpringApplication.run(DevtoolsApplication.class, args);
	}

	@EventListener(ApplicationReadyEvent.class)
	void ready() {
		System.out.println("application: ready");
	}

	@Bean
	EventChannel messages() {
		return EventChannel.create();
	}

	@Bean
	PersonalStream personal(EventChannel messages) {
		return (client) -> Flux.from(messages);
	}

	/**
	 * What the test asks for.
	 */
	@RestController
	static class Routes {

		private final EventChannel messages;

		Routes(EventChannel messages) {
			this.messages = messages;
		}

		@GetMapping("/publish")
		void publish(@RequestParam("data") String data) {
			this.messages.publish("message", data);
		}

		/**
		 * The threads that the streams have all the time, and who has loaded the
		 * application and the library.
		 */
		@GetMapping("/state")
		String state() {
			long threads = Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().startsWith("eventsource-"))
				// Which come and go with what there is to do
				.filter((thread) -> !thread.getName().matches("eventsource-(intake|send)-.*"))
				.count();
			return threads + " " + getClass().getClassLoader().getClass().getSimpleName() + " "
					+ EventStream.class.getClassLoader().getClass().getSimpleName();
		}

	}

}
