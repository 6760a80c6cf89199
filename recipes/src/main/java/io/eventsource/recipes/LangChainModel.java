package io.eventsource.recipes;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A language model of LangChain4j.
 */
@Configuration(proxyBeanMethods = false)
class LangChainModel {

	@Bean
	LanguageModel model(StreamingChatModel model) {
		Assistant assistant = AiServices.create(Assistant.class, model);
		return (question) -> Flux.create((sink) -> emit(assistant.answer(question), sink));
	}

	private static void emit(TokenStream tokens, FluxSink<String> sink) {
		tokens.onPartialResponseWithContext((token, model) -> emit(token, model, sink))
			.onCompleteResponse((response) -> sink.complete())
			.onError(sink::error)
			.start();
	}

	private static void emit(PartialResponse token, PartialResponseContext model, FluxSink<String> sink) {
		sink.next(token.text());
		if (sink.isCancelled()) {
			model.streamingHandle().cancel();
		}
	}

	interface Assistant {

		TokenStream answer(String question);

	}

}
