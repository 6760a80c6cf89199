package io.eventsource.recipes;

import java.util.List;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import reactor.core.publisher.BaseSubscriber;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class LangChainAnswersTests extends ResumableAnswersTests {

	@Override
	List<Class<?>> library() {
		return List.of(LangChainModel.class, Model.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Model {

		@Bean
		StreamingChatModel chatModel(SlowModel slow) {
			return new StreamingChatModel() {

				@Override
				public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
					UserMessage question = (UserMessage) request.messages().get(0);
					slow.tokens(question.singleText()).subscribe(new Response(handler));
				}

			};
		}

	}

	/** Can be cancelled, like the responses of models that are reached by HTTP. */
	private static final class Response extends BaseSubscriber<String> implements StreamingHandle {

		private final StreamingChatResponseHandler handler;

		private final StringBuilder text = new StringBuilder();

		private Response(StreamingChatResponseHandler handler) {
			this.handler = handler;
		}

		@Override
		protected void hookOnNext(String token) {
			this.text.append(token);
			this.handler.onPartialResponse(new PartialResponse(token), new PartialResponseContext(this));
		}

		@Override
		protected void hookOnComplete() {
			this.handler
				.onCompleteResponse(ChatResponse.builder().aiMessage(AiMessage.from(this.text.toString())).build());
		}

		@Override
		protected void hookOnError(Throwable failure) {
			this.handler.onError(failure);
		}

		@Override
		public boolean isCancelled() {
			return isDisposed();
		}

	}

}
