package io.eventsource.sample;

import java.time.Duration;

import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Stands for a language model, and needs no network: it knows one answer, and writes it
 * at the pace of a large model.
 */
@Component
class LanguageModel {

	private static final String ANSWER = "You asked: “%s” I am not a language model, but I write like one, word by word. "
			+ "Each word is an event, and this answer is a topic of its own, which runs on the server whether or not "
			+ "anybody reads it. So reload the page now: you get what I have written so far, and then the rest. Open a "
			+ "second tab: it shows the same answer at the same word. Close both, come back a minute later, and the "
			+ "whole answer is still here. Only the button stops me, in whichever tab you press it, and then I stop in "
			+ "the other one too. A connection that breaks is not worth a sentence: your browser comes back by itself "
			+ "with the id of the last word it has seen, and I go on with the next.";

	private final Duration pace;

	LanguageModel(@Value("${sample.pace}") Duration pace) {
		this.pace = pace;
	}

	/**
	 * Answers a question.
	 * @return the words of the answer, with the space before each
	 */
	Flux<String> tokens(String question) {
		return Flux.fromArray(ANSWER.formatted(question).split("(?= )")).delayElements(this.pace);
	}

}
