package io.eventsource.recipes;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import static org.awaitility.Awaitility.await;

/**
 * A language model that says what a test has it say, when it has it say so.
 */
final class SlowModel {

	private final Map<String, Answer> answers = new ConcurrentHashMap<>();

	Flux<String> tokens(String question) {
		Answer answer = new Answer();
		this.answers.put(question, answer);
		return answer.tokens();
	}

	/**
	 * The answer to a question, once the model is asked.
	 */
	Answer answer(String question) {
		await().until(() -> this.answers.containsKey(question));
		return this.answers.get(question);
	}

	static final class Answer {

		private final Sinks.Many<String> tokens = Sinks.many().unicast().onBackpressureBuffer();

		private volatile boolean stopped;

		private Flux<String> tokens() {
			return this.tokens.asFlux().doOnCancel(() -> this.stopped = true);
		}

		void say(String token) {
			this.tokens.tryEmitNext(token);
		}

		void end() {
			this.tokens.tryEmitComplete().orThrow();
		}

		void fail() {
			this.tokens.tryEmitError(new IllegalStateException("secret")).orThrow();
		}

		/** Whether nobody wants to hear more. */
		boolean isStopped() {
			return this.stopped;
		}

	}

}
