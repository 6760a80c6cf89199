package io.eventsource.autoconfigure;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.eventsource.autoconfigure.EventSourceProperties.CorsProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.web.cors.CorsConfiguration;

/**
 * Makes Spring's rules of the properties, and refuses what cannot be meant.
 *
 * @param prefix where the properties are
 * @param properties the properties
 */
record CorsRules(String prefix, CorsProperties properties) {

	/** What an event source sends by itself, in a browser or as a library. */
	private static final List<String> OWN_HEADERS = List.of("Last-Event-ID", "Cache-Control");

	private static final Pattern ORIGIN = Pattern.compile("\\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/\\s]+");

	/**
	 * Makes the rules.
	 * @return the rules, or {@code null} if no other origin is allowed
	 */
	@Nullable CorsConfiguration configuration() {
		if (this.properties.isEmpty()) {
			return null;
		}
		List<String> origins = this.properties.allowedOrigins();
		boolean credentials = Boolean.TRUE.equals(this.properties.allowCredentials());
		if (origins.isEmpty() && this.properties.allowedOriginPatterns().isEmpty()) {
			throw new InvalidEventSourceConfigurationException(
					this.prefix + ".allow-credentials is set, but no origin is allowed.",
					"Set " + this.prefix + ".allowed-origins too, for example to 'https://example.com'.");
		}
		if (credentials && origins.contains("*")) {
			throw new InvalidEventSourceConfigurationException(
					this.prefix + ".allowed-origins is '*' and allow-credentials is true, which browsers refuse.",
					"Name the origins, or set " + this.prefix + ".allowed-origin-patterns to a pattern.");
		}
		origins.forEach(this::check);
		CorsConfiguration configuration = new CorsConfiguration();
		configuration.setAllowedOrigins(origins.isEmpty() ? null : origins);
		configuration.setAllowedOriginPatterns(
				this.properties.allowedOriginPatterns().isEmpty() ? null : this.properties.allowedOriginPatterns());
		configuration.setAllowedMethods(List.of("GET", "HEAD"));
		configuration.setAllowedHeaders(headers());
		configuration.setAllowCredentials(credentials);
		configuration.setMaxAge(this.properties.maxAge());
		return configuration;
	}

	private List<String> headers() {
		return Stream.concat(OWN_HEADERS.stream(), this.properties.allowedHeaders().stream()).toList();
	}

	private void check(String origin) {
		if (!ORIGIN.matcher(origin).matches()) {
			throw new InvalidEventSourceConfigurationException(this.prefix
					+ ".allowed-origins must have origins of the form 'https://example.com'; got '" + origin + "'.",
					"Leave out the path, and name scheme and host.");
		}
	}

}
