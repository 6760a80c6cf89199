package io.eventsource.autoconfigure;

import java.util.List;

import io.eventsource.web.EventSourceHandlerMapping;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/**
 * Names what is only reached by reflection, and of which a native image would not know.
 */
class EventSourceRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		// Spring MVC calls its method
		hints.reflection()
			.registerType(TypeReference.of(EventSourceHandlerMapping.class.getName() + "$Handler"),
					MemberCategory.INVOKE_DECLARED_METHODS);
		hints.reflection()
			.registerType(Thread.class, (type) -> type.withMethod("ofVirtual", List.of(), ExecutableMode.INVOKE))
			// Tomcat creates it by its name
			.registerType(TypeReference.of("io.eventsource.tomcat.LeanHttp11NioProtocol"),
					MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS)
			.registerType(TypeReference.of(VirtualThreads.BUILDER), MemberCategory.INVOKE_PUBLIC_METHODS);
	}

}
