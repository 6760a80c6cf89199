package io.eventsource.recipes;

import reactor.core.publisher.Flux;

/**
 * A language model of any library.
 */
interface LanguageModel {

	Flux<String> tokens(String question);

}
