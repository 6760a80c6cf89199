package io.eventsource.autoconfigure;

import io.eventsource.DataWriter;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Writes data as the application's JSON.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(JsonMapper.class)
class JsonDataConfiguration {

	@Bean
	@ConditionalOnBean(JsonMapper.class)
	@ConditionalOnMissingBean
	DataWriter eventSourceDataWriter(JsonMapper mapper) {
		return new JsonDataWriter(mapper);
	}

}
