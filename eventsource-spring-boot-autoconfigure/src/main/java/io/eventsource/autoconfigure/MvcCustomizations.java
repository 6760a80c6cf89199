package io.eventsource.autoconfigure;

import java.util.List;
import java.util.Map;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * What the application has set for all of Spring MVC, which reaches only the handler
 * mappings that Spring MVC makes itself.
 */
class MvcCustomizations {

	private final ObjectProvider<WebMvcConfigurer> configurers;

	MvcCustomizations(ObjectProvider<WebMvcConfigurer> configurers) {
		this.configurers = configurers;
	}

	Object[] interceptors() {
		Interceptors registry = new Interceptors();
		this.configurers.orderedStream().forEach((configurer) -> configurer.addInterceptors(registry));
		return registry.getInterceptors().toArray();
	}

	Map<String, CorsConfiguration> corsConfigurations() {
		Cors registry = new Cors();
		this.configurers.orderedStream().forEach((configurer) -> configurer.addCorsMappings(registry));
		return registry.getCorsConfigurations();
	}

	/**
	 * Opens what Spring MVC keeps to itself.
	 */
	private static final class Interceptors extends InterceptorRegistry {

		@Override
		protected List<Object> getInterceptors() {
			return super.getInterceptors();
		}

	}

	/**
	 * Opens what Spring MVC keeps to itself.
	 */
	private static final class Cors extends CorsRegistry {

		@Override
		protected Map<String, CorsConfiguration> getCorsConfigurations() {
			return super.getCorsConfigurations();
		}

	}

}
