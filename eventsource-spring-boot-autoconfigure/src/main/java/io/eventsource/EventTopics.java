package io.eventsource;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

import org.reactivestreams.Publisher;

/**
 * A family of streams, one for each topic: the rooms of a chat, orders, all tabs of a
 * user, jobs, answers of a language model. A bean of this type is served at
 * <code>{path}/{bean name}/{topic}</code>; all clients of a topic share its stream, which
 * has a log of its own, so that they resume where they were.
 * <p>
 * A topic is any text of 1 to {@value #MAX_LENGTH} characters that is not blank and has
 * no control characters, no {@code /} and no {@code \}. It is case-sensitive. Topics need
 * not be declared: publishing to one, starting one, or a client that is let in, makes it.
 * It is forgotten after a time without clients and events.
 * <p>
 * All methods may be called by any thread. Of the events that are published before the
 * application serves its streams, the newest 1024 are kept until it does, or fewer if
 * these take more than 16 MB.
 */
public interface EventTopics {

	/** The most characters that a topic has. */
	int MAX_LENGTH = 128;

	/**
	 * Creates topics whose events are published from code, in this process.
	 * @return the topics
	 */
	static EventTopics create() {
		return new InProcessTopics(null);
	}

	/**
	 * Creates topics that have a publisher each, which all clients of the topic share. It
	 * is created and subscribed to for the first client, restarted after a failure, and
	 * cancelled a time after the last client has left.
	 * @param source creates the publisher of a topic; called where it may block. Since
	 * all clients of the topic get what it emits, it must not depend on who has come
	 * first
	 * @return the topics, to which nothing can be published from code
	 */
	static EventTopics from(Function<String, ? extends Publisher<?>> source) {
		return new InProcessTopics(Objects.requireNonNull(source, "The source must not be null"));
	}

	/**
	 * Creates topics whose events go to a store and come from there, so that all
	 * instances of the application share them. {@code publish}, {@code start} and
	 * {@code complete} wait for the store, and throw {@link EventPublicationException} if
	 * it cannot be reached.
	 * @param store the store; no other topics may use the same object
	 * @param dataWriter writes data that is not text, on the thread that publishes it
	 * @param timeout how long a client that comes back may wait until this instance has
	 * taken from the store what the client has got from another one
	 * @return the topics; to be closed, if they are {@link AutoCloseable}, when the
	 * application is shut down
	 */
	static EventTopics over(TopicStore store, DataWriter dataWriter, Duration timeout) {
		return new StoreTopics(store, dataWriter, timeout);
	}

	/**
	 * Tells whether a text can be a topic.
	 * @param topic the text
	 * @return whether it can
	 */
	static boolean isTopic(String topic) {
		return !topic.isBlank() && topic.length() <= MAX_LENGTH
				&& topic.chars().noneMatch((c) -> c == '/' || c == '\\' || Character.isISOControl(c));
	}

	/**
	 * Publishes an event of the given type to a topic.
	 * @param topic the topic
	 * @param type the type that clients listen to
	 * @param data text, which is sent as it is, or any object, which is sent as JSON
	 * @throws IllegalArgumentException as {@link #publish(String, Event)}, or if the type
	 * has a line break
	 * @throws IllegalStateException as {@link #publish(String, Event)}
	 */
	default void publish(String topic, String type, Object data) {
		publish(topic, Event.of(type, data));
	}

	/**
	 * Publishes an event to a topic. Returns once it is taken, which is before it is
	 * delivered.
	 * @param topic the topic
	 * @param event the event
	 * @throws IllegalArgumentException if the text cannot be a topic, or the stream
	 * cannot send the event: its data cannot be written as JSON, or it is larger than
	 * {@code eventsource.max-event-size}
	 * @throws IllegalStateException if the topic has ended, its events come from a
	 * source, there are too many topics with clients, or the stream stays full for five
	 * seconds
	 */
	void publish(String topic, Event event);

	/**
	 * Starts a source whose events are those of a topic, beside what is published to it.
	 * The source is subscribed to at once, runs without clients, and is not stopped by a
	 * client that leaves. When it completes, the topic ends. If it fails, clients are
	 * told by a gap event with the cause {@code failed}, and the topic ends; it is not
	 * subscribed to again, since it would then run twice.
	 * @param topic the topic
	 * @param source supplies the publisher; called where it may block
	 * @return whether it was started; {@code false} if the topic has a source already, or
	 * has ended
	 * @throws IllegalArgumentException if the text cannot be a topic
	 * @throws IllegalStateException if the events come from a source anyway, there are
	 * too many topics with clients, or the application does not serve its streams yet or
	 * any more
	 */
	boolean start(String topic, Supplier<? extends Publisher<?>> source);

	/**
	 * Ends a topic: its source is cancelled, and clients get what is left and the end of
	 * the response; 204 when they come back. The end is remembered for the time after
	 * which the topic is forgotten. Does nothing if there is no such topic.
	 * @param topic the topic
	 * @throws IllegalArgumentException if the text cannot be a topic
	 */
	void complete(String topic);

}
