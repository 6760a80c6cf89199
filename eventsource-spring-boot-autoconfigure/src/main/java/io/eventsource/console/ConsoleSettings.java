package io.eventsource.console;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Settings of the console.
 *
 * @param path the path of the page, relative to the servlet
 * @param access who may use it
 * @param roles the roles of which a user who has signed in must have one; empty for all
 * users
 * @param actions what it may do
 */
public record ConsoleSettings(String path, ConsoleAccess access, List<String> roles, Set<ConsoleAction> actions) {

	private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

	/**
	 * Checks the path and copies the collections.
	 * @throws IllegalArgumentException if the path is not one of plain segments
	 */
	public ConsoleSettings {
		if (!PATH.matcher(path).matches()) {
			throw new IllegalArgumentException(
					"console.path must be a path of plain segments that starts with '/'; got '" + path + "'");
		}
		roles = List.copyOf(roles);
		actions = Set.copyOf(actions);
	}

	/**
	 * The last segment of the path.
	 */
	String lastSegment() {
		return this.path.substring(this.path.lastIndexOf('/') + 1);
	}

}
