package io.eventsource.test;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriUtils;

/**
 * Where streams are by their names, and how they tell of gaps, as the application is
 * configured.
 */
final class StreamNames {

	private static final String TOPIC = "{topic}";

	private static final String ALL = "eventsource.";

	private static final String STREAMS = "eventsource.streams.";

	private final Function<String, @Nullable String> properties;

	/**
	 * Names as properties have them.
	 * @param properties gives the value of a property, or {@code null}
	 */
	StreamNames(Function<String, @Nullable String> properties) {
		this.properties = properties;
	}

	String path(String name) {
		String path = template(name);
		Assert.isTrue(!path.contains(TOPIC),
				() -> "The path of '%s' is %s: open a topic of it by topic(name, topic)".formatted(name, path));
		return path;
	}

	String path(String name, String topic) {
		String path = template(name);
		String segment = UriUtils.encodePathSegment(topic, StandardCharsets.UTF_8);
		return path.contains(TOPIC) ? path.replace(TOPIC, segment) : path + "/" + segment;
	}

	private String template(String name) {
		String own = this.properties.apply(STREAMS + name + ".path");
		Assert.isTrue(own == null || !own.isEmpty(),
				() -> "The stream '%s' has no path: open what your controller maps by get(path)".formatted(name));
		String base = property(ALL + "path", "/events");
		String path = (own != null) ? own : StringUtils.trimTrailingCharacter(base, '/') + "/"
				+ UriUtils.encodePathSegment(name, StandardCharsets.UTF_8);
		return path.startsWith("/") ? path : "/" + path;
	}

	/** {@code null} if the stream does not tell of gaps. */
	@Nullable String gapEvent(@Nullable String name) {
		String common = property(ALL + "gap-event", "gap");
		String type = (name != null) ? property(STREAMS + name + ".gap-event", common) : common;
		return type.isEmpty() ? null : type;
	}

	private String property(String name, String defaultValue) {
		String value = this.properties.apply(name);
		return (value != null) ? value : defaultValue;
	}

}
