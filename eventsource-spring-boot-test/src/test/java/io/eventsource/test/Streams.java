package io.eventsource.test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * An application with streams of which these tests know every byte.
 */
@SpringBootApplication
class Streams {

	/** How much a flood sends: more than any buffer takes. */
	static final int FLOOD = 5000;

	/**
	 * Answers as a server of events may.
	 */
	@RestController
	static class Server {

		final Queue<SseEmitter> open = new ConcurrentLinkedQueue<>();

		final AtomicInteger gone = new AtomicInteger();

		final CountDownLatch flooded = new CountDownLatch(1);

		@GetMapping({ "/events/{name}", "/rooms/{name}/all" })
		ResponseEntity<SseEmitter> stream(@PathVariable String name, HttpServletRequest request) throws IOException {
			String lastEventId = request.getHeader("Last-Event-ID");
			if ("last".equals(lastEventId)) {
				return ResponseEntity.noContent().build();
			}
			SseEmitter emitter = new SseEmitter(0L);
			emitter.onError((failure) -> this.gone.incrementAndGet());
			emitter.send(SseEmitter.event().reconnectTime(100).comment(user(request) + " at " + name));
			if (lastEventId != null) {
				emitter.send(SseEmitter.event().name("resumed").data(utf8(lastEventId)));
			}
			this.open.add(emitter);
			return ResponseEntity.ok().header("X-Name", name).body(emitter);
		}

		private static String user(HttpServletRequest request) {
			return (request.getUserPrincipal() != null) ? request.getUserPrincipal().getName()
					: String.valueOf(request.getHeader("Authorization"));
		}

		private static String utf8(String header) {
			return new String(header.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
		}

		@GetMapping("/flood")
		ResponseEntity<StreamingResponseBody> flood() {
			return ResponseEntity.ok().contentType(MediaType.TEXT_EVENT_STREAM).body((output) -> {
				byte[] event = ("data: " + "x".repeat(8000) + "\n\n").getBytes(StandardCharsets.UTF_8);
				for (int i = 0; i < FLOOD; i++) {
					output.write(event);
				}
				output.flush();
				this.flooded.countDown();
			});
		}

		void send(SseEmitter.SseEventBuilder event) {
			for (SseEmitter emitter : this.open) {
				try {
					emitter.send(event);
				}
				catch (IOException | IllegalStateException ex) {
					// The client has left, which the emitter hears
				}
			}
		}

	}

}
