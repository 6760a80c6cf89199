package io.eventsource.web;

import java.util.function.Consumer;

import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The emitter of a stream, which learns from Spring MVC that the controller has returned
 * it. At that time the application's status and headers are known, and nothing of the
 * response has been sent.
 */
final class StreamEmitter extends SseEmitter {

	private final Consumer<ServerHttpResponse> onReturn;

	/**
	 * Creates an emitter without a timeout.
	 * @param onReturn called on the thread of the request, before asynchronous processing
	 * starts; an exception is handled as if the controller had thrown it
	 */
	StreamEmitter(Consumer<ServerHttpResponse> onReturn) {
		super(0L);
		this.onReturn = onReturn;
	}

	@Override
	protected void extendResponse(ServerHttpResponse response) {
		super.extendResponse(response);
		this.onReturn.accept(response);
	}

}
