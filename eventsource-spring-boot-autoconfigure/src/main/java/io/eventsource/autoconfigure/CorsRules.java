package io.eventsource.autoconfigure;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.eventsource.autoconfigure.EventSourceProperties.CorsProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.web.cors.CorsConfiguration;

/**
 * Derives Spring's CORS rules from the properties, and rejects invalid ones.
 *
 * @param prefix the prefix of the properties
 * @param properties the properties
 */
record CorsRules(String prefix, CorsProperties properties) {

	/** Headers that an event source sends by itself, in a browser or as a library. */
	private static final List<String> OWN_HEADERS = List.of("Last-Event-ID", "Cache-Control");

	private static final Pattern ORIGIN = Pattern.compile("\\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/\\s]+");

	private static final Pattern ORIGIN_PATTERN = Pattern
		.compile("\\*|[A-Za-z*][A-Za-z0-9+.*-]*://([^/\\s\\[\\]]+|\\[[0-9A-Fa-f:]+])(:\\[(\\*|\\d+(,\\d+)*)])?");

	/**
	 * Creates the rules.
	 * @return the rules, or {@code null} if no other origin is allowed
	 */
	@Nullable CorsConfiguration configuration() {
		List<String> origins = this.properties.allowedOrigins();
		List<String> patterns = this.properties.allowedOriginPatterns();
		if (origins == null && patterns.isEmpty()) {
			throw new InvalidEventSourceConfigurationException(
					this.prefix + " has settings, but allows no other origin.",
					"Set " + this.prefix + ".allowed-origins, for example to 'https://example.com', or leave it "
							+ "empty to allow no other origin.");
		}
		if (origins == null) {
			origins = List.of();
		}
		if (origins.isEmpty() && patterns.isEmpty()) {
			return null;
		}
		check(origins, patterns);
		CorsConfiguration configuration = new CorsConfiguration();
		configuration.setAllowedOrigins(origins.isEmpty() ? null : origins);
		configuration.setAllowedOriginPatterns(patterns.isEmpty() ? null : patterns);
		configuration.setAllowedMethods(List.of("GET", "HEAD"));
		configuration.setAllowedHeaders(headers());
		configuration.setAllowCredentials(this.properties.allowCredentials());
		configuration.setMaxAge(this.properties.maxAge());
		return configuration;
	}

	private List<String> headers() {
		return Stream.concat(OWN_HEADERS.stream(), this.properties.allowedHeaders().stream()).toList();
	}

	private void check(List<String> origins, List<String> patterns) {
		if (Boolean.TRUE.equals(this.properties.allowCredentials()) && origins.contains("*")) {
			throw new InvalidEventSourceConfigurationException(
					this.prefix + ".allowed-origins is '*' and allow-credentials is true, which browsers refuse.",
					"Name the origins, or set " + this.prefix + ".allowed-origin-patterns to a pattern.");
		}
		origins.forEach(this::checkOrigin);
		patterns.forEach(this::checkPattern);
		if (this.properties.maxAge().isNegative()) {
			throw new InvalidEventSourceConfigurationException(
					this.prefix + ".max-age must not be negative; got " + this.properties.maxAge() + ".",
					"Change the value in the application's configuration.");
		}
	}

	private void checkOrigin(String origin) {
		if (!ORIGIN.matcher(origin).matches()) {
			throw new InvalidEventSourceConfigurationException(this.prefix
					+ ".allowed-origins must have origins of the form 'https://example.com'; got '" + origin + "'.",
					"Leave out the path, and name scheme and host.");
		}
	}

	private void checkPattern(String pattern) {
		if (!ORIGIN_PATTERN.matcher(pattern).matches()) {
			throw new InvalidEventSourceConfigurationException(
					this.prefix + ".allowed-origin-patterns must have patterns of the form "
							+ "'https://*.example.com' or 'http://localhost:[*]'; got '" + pattern + "'.",
					"Leave out the path, and name scheme and host. A pattern that contains a comma must be an "
							+ "item of a YAML list.");
		}
	}

}
