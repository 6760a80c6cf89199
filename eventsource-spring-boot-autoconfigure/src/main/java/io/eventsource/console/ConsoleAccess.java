package io.eventsource.console;

/**
 * Who may use the console, among those whom the application's own rules let through.
 */
public enum ConsoleAccess {

	/** Users who have signed in. */
	AUTHENTICATED,

	/** Users who have signed in, and requests from the machine itself. */
	LOCAL,

	/** All requests. */
	ANY

}
