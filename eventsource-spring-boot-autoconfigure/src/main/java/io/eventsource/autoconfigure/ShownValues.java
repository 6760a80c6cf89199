package io.eventsource.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;

/**
 * Masks what a caller of the actuator may not see.
 *
 * @param shown whether the caller may see it
 */
record ShownValues(boolean shown) {

	@Nullable String of(@Nullable String value) {
		return (value == null || this.shown) ? value : SanitizableData.SANITIZED_VALUE;
	}

}
