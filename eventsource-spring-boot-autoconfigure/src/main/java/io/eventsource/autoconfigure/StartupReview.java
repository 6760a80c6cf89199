package io.eventsource.autoconfigure;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Logs at start-up what the application has declared or set without effect, one line for
 * each kind.
 */
class StartupReview implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(StartupReview.class);

	private final EventSourceProperties properties;

	private final Environment environment;

	private final ConfigurableListableBeanFactory beanFactory;

	StartupReview(EventSourceProperties properties, Environment environment,
			ConfigurableListableBeanFactory beanFactory) {
		this.properties = properties;
		this.environment = environment;
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		PublisherBeans publishers = new PublisherBeans(this.beanFactory);
		Map<String, PublisherBean> beans = publishers.find();
		Set<String> streams = beans.keySet();
		SettingsReview settings = new SettingsReview(this.environment, streams, withTopics(beans.values()),
				new StreamSettingsBinder(this.properties, this.environment, streams), foreignSettings());
		warn("Not served as event streams: ", publishers.findUnserved());
		warn("Settings without effect: ", settings.unread());
		warn("Settings without a unit: ", settings.withoutUnit());
	}

	private static Set<String> withTopics(Collection<PublisherBean> beans) {
		return beans.stream().filter(PublisherBean::hasTopics).map(PublisherBean::name).collect(Collectors.toSet());
	}

	private static void warn(String start, Map<String, String> beans) {
		warn(start, beans.entrySet().stream().map((bean) -> "'" + bean.getKey() + "' " + bean.getValue()).toList());
	}

	private static void warn(String start, Collection<String> findings) {
		if (!findings.isEmpty()) {
			logger.warn(start + findings.stream().collect(Collectors.joining("; ")));
		}
	}

	/** The prefixes of other beans that are bound to names like those of this library. */
	private Collection<ConfigurationPropertyName> foreignSettings() {
		Set<ConfigurationPropertyName> names = new HashSet<>();
		for (String bean : this.beanFactory.getBeanNamesForAnnotation(ConfigurationProperties.class)) {
			ConfigurationProperties annotation = this.beanFactory.findAnnotationOnBean(bean,
					ConfigurationProperties.class, false);
			String prefix = (annotation != null) ? annotation.prefix() : "";
			if (prefix.startsWith("eventsource.") && !List.of("eventsource.tomcat").contains(prefix)
					&& StringUtils.hasText(prefix)) {
				names.add(ConfigurationPropertyName.adapt(prefix, '.'));
			}
		}
		return names;
	}

}
