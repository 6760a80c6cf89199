package io.eventsource.web;

import java.security.Principal;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import org.jspecify.annotations.Nullable;

/**
 * The decision of a {@link StreamAdmission}. Immutable.
 */
public final class Admission {

	private static final Admission ACCEPTED = new Admission(null, null, null, Set.of(), Set.of(), Map.of());

	private final @Nullable RefusalReason refusal;

	private final @Nullable Instant end;

	private final @Nullable Principal principal;

	private final Set<String> parameters;

	private final Set<String> headers;

	private final Map<String, Object> attributes;

	private Admission(@Nullable RefusalReason refusal, @Nullable Instant end, @Nullable Principal principal,
			Set<String> parameters, Set<String> headers, Map<String, Object> attributes) {
		this.refusal = refusal;
		this.end = end;
		this.principal = principal;
		this.parameters = parameters;
		this.headers = headers;
		this.attributes = attributes;
	}

	/**
	 * Accepts the client.
	 * @return the decision
	 */
	public static Admission accept() {
		return ACCEPTED;
	}

	/**
	 * Refuses a client that has not said who it is, with status 401. A browser does not
	 * come back by itself.
	 * @return the decision
	 */
	public static Admission unauthorized() {
		return refuse(RefusalReason.UNAUTHORIZED);
	}

	/**
	 * Refuses a client that may not open the stream, with status 403. A browser does not
	 * come back by itself.
	 * @return the decision
	 */
	public static Admission forbidden() {
		return refuse(RefusalReason.FORBIDDEN);
	}

	/**
	 * Refuses a client as if there was no such stream, with status 404: one that asks for
	 * a topic of {@link io.eventsource.EventTopics} that there is not, or that it is not
	 * to learn of. A browser does not come back by itself.
	 * @return the decision
	 */
	public static Admission notFound() {
		return refuse(RefusalReason.NOT_FOUND);
	}

	/**
	 * Refuses a client that may come back later: with the soft response, or with status
	 * 503 if the application is configured that way.
	 * @return the decision
	 * @see Rejection
	 */
	public static Admission unavailable() {
		return refuse(RefusalReason.UNAVAILABLE);
	}

	private static Admission refuse(RefusalReason reason) {
		return new Admission(reason, null, null, Set.of(), Set.of(), Map.of());
	}

	/**
	 * Ends the connection at a given time. The client may then try to come back.
	 * @param end the time, or {@code null} for no limit
	 * @return the decision with this time
	 */
	public Admission until(@Nullable Instant end) {
		return new Admission(this.refusal, end, this.principal, this.parameters, this.headers, this.attributes);
	}

	/**
	 * Identifies the client if the request itself does not.
	 * @param principal the user
	 * @return the decision with this user
	 */
	public Admission as(Principal principal) {
		return new Admission(this.refusal, this.end, principal, this.parameters, this.headers, this.attributes);
	}

	/**
	 * Keeps parameters of the request for {@link EventClient#parameters()}; if a
	 * parameter has several values, the first one.
	 * @param names the names of the parameters
	 * @return the decision with these parameters
	 */
	public Admission withParameters(String... names) {
		return new Admission(this.refusal, this.end, this.principal, union(this.parameters, List.of(names)),
				this.headers, this.attributes);
	}

	/**
	 * Keeps headers of the request for {@link EventClient#headers()}; if a header has
	 * several values, the first one.
	 * @param names the names of the headers
	 * @return the decision with these headers
	 */
	public Admission withHeaders(String... names) {
		return new Admission(this.refusal, this.end, this.principal, this.parameters,
				union(this.headers, List.of(names)), this.attributes);
	}

	/**
	 * Attaches a value to the client, for filters, histories and publishers:
	 * {@link EventClient#attributes()}.
	 * @param name the name of the value; of several values with one name the last counts
	 * @param value the value, which should be immutable, since many threads may read it
	 * @return the decision with this value
	 */
	public Admission withAttribute(String name, Object value) {
		return new Admission(this.refusal, this.end, this.principal, this.parameters, this.headers,
				union(this.attributes, Map.of(name, value)));
	}

	/**
	 * Combines this decision with that of another admission, if this one accepts.
	 */
	Admission and(Admission other) {
		Instant first = (this.end == null || (other.end != null && other.end.isBefore(this.end))) ? other.end
				: this.end;
		return new Admission(other.refusal, first, (this.principal != null) ? this.principal : other.principal,
				union(this.parameters, other.parameters), union(this.headers, other.headers),
				union(this.attributes, other.attributes));
	}

	@Nullable RefusalReason refusal() {
		return this.refusal;
	}

	@Nullable Instant end() {
		return this.end;
	}

	@Nullable Principal principal() {
		return this.principal;
	}

	Set<String> parameters() {
		return this.parameters;
	}

	Set<String> headers() {
		return this.headers;
	}

	Map<String, Object> attributes() {
		return this.attributes;
	}

	/**
	 * Compares the contents of the decisions, so that an admission can be tested.
	 */
	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Admission that && values().equals(that.values());
	}

	@Override
	public int hashCode() {
		return values().hashCode();
	}

	@Override
	public String toString() {
		return ((this.refusal != null) ? "Refused: " + this.refusal : "Accepted")
				+ ((this.principal != null) ? " as " + this.principal.getName() : "")
				+ ((this.end != null) ? " until " + this.end : "")
				+ (this.parameters.isEmpty() ? "" : " with parameters " + this.parameters)
				+ (this.headers.isEmpty() ? "" : " with headers " + this.headers)
				+ (this.attributes.isEmpty() ? "" : " with attributes " + this.attributes.keySet());
	}

	private List<@Nullable Object> values() {
		return Arrays.asList(this.refusal, this.end, this.principal, this.parameters, this.headers, this.attributes);
	}

	private static Map<String, Object> union(Map<String, Object> some, Map<String, Object> others) {
		Map<String, Object> all = new LinkedHashMap<>(some);
		all.putAll(others);
		return all;
	}

	private static Set<String> union(Set<String> some, Iterable<String> others) {
		Set<String> all = new LinkedHashSet<>(some);
		others.forEach(all::add);
		return all;
	}

}
