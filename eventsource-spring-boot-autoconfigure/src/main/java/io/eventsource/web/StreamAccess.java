package io.eventsource.web;

import java.util.List;

import io.eventsource.EventFilter;
import org.jspecify.annotations.Nullable;

import org.springframework.web.cors.CorsConfiguration;

/**
 * Who may open a stream, and what they see of it.
 *
 * @param admissions asked before a client is admitted
 * @param filters asked about each event and client
 * @param typesParameter the parameter by which a client may ask for certain types of
 * event only; empty for none
 * @param cors the other origins that may open the stream in a browser; {@code null} for
 * those that the application allows anyway
 */
public record StreamAccess(List<StreamAdmission> admissions, List<EventFilter> filters, String typesParameter,
		@Nullable CorsConfiguration cors) {

	/** Everybody sees everything. */
	public static final StreamAccess OPEN = new StreamAccess(List.of(), List.of(), "", null);

	/**
	 * Copies the lists.
	 */
	public StreamAccess {
		admissions = List.copyOf(admissions);
		filters = List.copyOf(filters);
	}

}
