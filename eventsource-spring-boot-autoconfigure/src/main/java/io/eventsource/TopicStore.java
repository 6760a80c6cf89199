package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the events of a family of topics in a place that all instances of an application
 * share, and which of the instances runs the source of a topic. Each instance has an
 * object of this type. A topic is known from its first event or the start of its source
 * on, until the store forgets it.
 * <p>
 * Any thread may call these methods. All of them may block, and throw
 * {@link EventPublicationException} if the store cannot be reached, where nothing else is
 * said.
 */
public interface TopicStore {

	/**
	 * Returns the events of one topic, for the clients of this instance. Does not block.
	 * The receiver is told the end of the topic by
	 * {@link EventStore.Receiver#complete(GapCause)}.
	 * @param topic the topic
	 * @return the events; another object for each call
	 */
	EventStore events(String topic);

	/**
	 * Appends an event to a topic, which is known from then on.
	 * @param topic the topic
	 * @param event an event without an id, whose data is text or {@code null}
	 * @return whether it was appended; {@code false} if the topic has ended
	 */
	boolean append(String topic, Event event);

	/**
	 * Tells whether a topic is known.
	 * @param topic the topic
	 * @return whether it is
	 */
	boolean exists(String topic);

	/**
	 * Has this instance run the source of a topic from now on. If the instance dies, the
	 * store ends the topic by {@link End#INTERRUPTED}.
	 * @param topic the topic
	 * @param onStop called once if the topic ends otherwise than by this run, on any
	 * thread; does not block
	 * @return the run; {@code null} if the topic has or had a source, or has ended
	 */
	@Nullable Run start(String topic, Runnable onStop);

	/**
	 * Ends a topic, on all instances. Does nothing if it is unknown, or has ended.
	 * @param topic the topic
	 */
	void end(String topic);

	/**
	 * Tells whether the store can be reached, as far as is known. Never blocks.
	 * @return whether it can
	 */
	boolean isConnected();

	/**
	 * The run of a source on this instance. To be used by one thread at a time.
	 */
	interface Run {

		/**
		 * Appends the next event. May be called again after it has failed: what was
		 * appended nevertheless is not appended twice.
		 * @param event an event without an id, whose data is text or {@code null}
		 * @return whether it was appended; {@code false} if the topic has ended
		 */
		boolean append(Event event);

		/**
		 * Ends the topic, unless it has ended.
		 * @param end how it ends
		 */
		void end(End end);

	}

	/**
	 * How a topic has ended.
	 */
	enum End {

		/** The source has completed. */
		COMPLETED(null),

		/** The application has ended the topic. */
		STOPPED(null),

		/** The source has failed. */
		FAILED(GapCause.FAILED),

		/** The instance that ran the source was shut down or has died. */
		INTERRUPTED(GapCause.INTERRUPTED);

		private final @Nullable GapCause cause;

		End(@Nullable GapCause cause) {
			this.cause = cause;
		}

		/**
		 * Returns what clients are told.
		 * @return the cause, or {@code null} if nothing is missing
		 */
		public @Nullable GapCause cause() {
			return this.cause;
		}

	}

}
