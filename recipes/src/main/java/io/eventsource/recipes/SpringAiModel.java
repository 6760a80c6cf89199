package io.eventsource.recipes;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A language model of Spring AI.
 */
@Configuration(proxyBeanMethods = false)
class SpringAiModel {

	@Bean
	LanguageModel model(ChatModel model) {
		ChatClient client = ChatClient.create(model);
		return (question) -> client.prompt(question).stream().content();
	}

}
