package io.eventsource.autoconfigure;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.eventsource.web.StreamDefinition;
import io.eventsource.web.TopicRules;
import org.jspecify.annotations.Nullable;

/**
 * The paths at which streams are served.
 */
class StreamPaths {

	/** The form of the decoded path of a request. */
	private static final Pattern PATH = Pattern.compile("/|(/[\\p{L}\\p{N}._~!$&'()+,=:@-]+)+");

	private static final String TOPIC = "/{" + TopicRules.VARIABLE + "}";

	private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z]\\w*}");

	/** The base path; empty if only streams with a path of their own are served. */
	private final String base;

	private final ReservedPaths reserved;

	StreamPaths(String base, ReservedPaths reserved) {
		this.reserved = reserved;
		this.base = base.isEmpty() ? "" : checked("eventsource.path", base);
	}

	/**
	 * The paths of a stream.
	 * @param name the name of the stream
	 * @param own the path that is set for this stream; empty for none
	 * @param first whether the stream is also served at the base path
	 */
	Set<String> of(String name, @Nullable String own, boolean first) {
		Set<String> paths = new LinkedHashSet<>();
		if (own != null && own.isEmpty()) {
			return paths;
		}
		if (own != null) {
			paths.add(checked("eventsource.streams." + name + ".path", own));
		}
		else if (!this.base.isEmpty()) {
			paths.add(ofName(name));
		}
		if (first && !this.base.isEmpty()) {
			paths.add(free("eventsource.path", this.base));
		}
		return paths;
	}

	private String ofName(String name) {
		String path = this.base.equals("/") ? "/" + name : this.base + "/" + name;
		if (!PATH.matcher(path).matches()) {
			throw new InvalidEventSourceConfigurationException(
					"The bean name '" + name + "' cannot be part of the path of an event stream.",
					"Set eventsource.streams.<name>.path for this stream, or give the bean another name.");
		}
		return free("eventsource.streams." + name + ".path", path);
	}

	private String checked(String property, String path) {
		if (path.indexOf('%') >= 0) {
			throw new InvalidEventSourceConfigurationException(
					property + " must not be encoded, since it is compared with the decoded paths of requests; got '"
							+ path + "'.",
					"Write each character itself, such as 'ä' instead of '%C3%A4'.");
		}
		if (!PATH.matcher(path).matches()) {
			throw new InvalidEventSourceConfigurationException(
					property + " must be a path of plain segments that starts with '/'; got '" + path + "'.",
					"Change " + property + ", for example to '/events'.");
		}
		return free(property, path);
	}

	private String free(String property, String path) {
		String owner = this.reserved.owner(path);
		if (owner != null) {
			throw new InvalidEventSourceConfigurationException(
					"An event stream cannot be served at '" + path + "', which belongs to " + owner + ".",
					"Set " + property + " to another path, for example '/events'.");
		}
		return path;
	}

	/**
	 * The paths of a stream whose topics are named by the request.
	 * @param name the name of the stream
	 * @param own the path that is set for this stream, with or without a variable for the
	 * topic; empty for none
	 * @param several whether parameters may name several topics
	 */
	Set<String> ofTopics(String name, @Nullable String own, boolean several) {
		String path = (own != null) ? checkedOfTopics(name, own) : this.base.isEmpty() ? "" : ofName(name);
		if (path.isEmpty()) {
			return Set.of();
		}
		Set<String> paths = new LinkedHashSet<>();
		String byTopic = path.contains(TOPIC.substring(1)) ? path : path + TOPIC;
		paths.add(byTopic);
		if (several) {
			paths.add(byTopic.replace(TOPIC, ""));
		}
		return paths;
	}

	private String checkedOfTopics(String name, String own) {
		if (!own.isEmpty()) {
			checked("eventsource.streams." + name + ".path", VARIABLE.matcher(own).replaceAll("variable"));
		}
		return own;
	}

	/**
	 * Rejects two streams at one path.
	 */
	static void refuseShared(List<StreamDefinition> streams) {
		Map<String, String> owners = new HashMap<>();
		for (StreamDefinition stream : streams) {
			for (String path : stream.paths()) {
				String other = owners.put(path, stream.name());
				if (other != null) {
					throw new InvalidEventSourceConfigurationException(
							"The event streams '" + other + "' and '" + stream.name() + "' would both be served at '"
									+ path + "'.",
							"Set eventsource.streams." + stream.name() + ".path to another path, or make only one "
									+ "publisher @Primary.");
				}
			}
		}
	}

}
