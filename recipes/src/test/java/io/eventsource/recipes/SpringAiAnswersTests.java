package io.eventsource.recipes;

import java.util.List;

import reactor.core.publisher.Flux;

import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class SpringAiAnswersTests extends ResumableAnswersTests {

	@Override
	List<Class<?>> library() {
		return List.of(SpringAiModel.class, Model.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Model {

		@Bean
		ChatModel chatModel(SlowModel slow) {
			return new ChatModel() {

				@Override
				public ChatResponse call(Prompt prompt) {
					throw new UnsupportedOperationException();
				}

				@Override
				public Flux<ChatResponse> stream(Prompt prompt) {
					return slow.tokens(prompt.getUserMessage().getText())
						.map((token) -> new ChatResponse(List.of(new Generation(new AssistantMessage(token)))));
				}

			};
		}

	}

}
