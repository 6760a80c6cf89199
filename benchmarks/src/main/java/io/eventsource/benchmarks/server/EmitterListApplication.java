package io.eventsource.benchmarks.server;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * What tutorials write by hand: a list of emitters, and a loop that sends to each.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(EmitterListApplication.Controller.class)
class EmitterListApplication {

	static StreamServer start(String... settings) {
		ConfigurableApplicationContext context = SpringServer.start(EmitterListApplication.class,
				SpringServer.Container.TOMCAT, settings);
		Controller controller = context.getBean(Controller.class);
		return new StreamServer() {

			@Override
			public int port() {
				return SpringServer.port(context);
			}

			@Override
			public int clients() {
				return controller.emitters.size();
			}

			@Override
			public void publish(String id, String data) {
				controller.publish(id, data);
			}

		};
	}

	@RestController
	static class Controller {

		private final List<SseEmitter> emitters = new CopyOnWriteArrayList<>();

		@GetMapping("/events")
		SseEmitter events() {
			SseEmitter emitter = new SseEmitter(0L);
			emitter.onCompletion(() -> this.emitters.remove(emitter));
			emitter.onTimeout(() -> this.emitters.remove(emitter));
			emitter.onError((ex) -> this.emitters.remove(emitter));
			this.emitters.add(emitter);
			return emitter;
		}

		void publish(String id, String data) {
			for (SseEmitter emitter : this.emitters) {
				try {
					emitter.send(SseEmitter.event().id(id).data(data));
				}
				catch (IOException | IllegalStateException ex) {
					this.emitters.remove(emitter);
				}
			}
		}

	}

}
