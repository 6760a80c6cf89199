package io.eventsource.engine;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

import io.eventsource.BufferSettings;
import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.LogOrigin;
import io.eventsource.engine.runtime.ApplicationCalls;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Supervisor;
import io.eventsource.engine.source.StreamPublisher;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Describes a stream to be built. Not thread-safe.
 */
public final class EventStreamBuilder {

	private static final Log logger = LogFactory.getLog(EventStream.class);

	final String name;

	final Publisher<?> publisher;

	final Dispatcher dispatcher;

	StreamSettings settings = StreamSettings.defaults();

	DataWriter dataWriter = (data) -> {
		throw new IllegalStateException(
				"there is no DataWriter for " + data.getClass().getName() + "; publish text, or supply a DataWriter");
	};

	StreamListener listener = new StreamListener() {
	};

	Function<Object, Event> mapping = (element) -> (element instanceof Event event) ? event : Event.of(element);

	@Nullable EventHistory history;

	List<EventFilter> filters = List.of();

	@Nullable Consumer<EventStream> onEnd;

	boolean resumable;

	boolean resumed;

	@Nullable String logName;

	@Nullable LogOrigin origin;

	Map<String, EventClient> byTopic = Map.of();

	@Nullable EventLog log;

	@Nullable Supervisor supervisor;

	Runnable onIdle = () -> {
	};

	EventStreamBuilder(String name, Publisher<?> publisher, Dispatcher dispatcher) {
		this.name = name;
		this.publisher = publisher;
		this.dispatcher = dispatcher;
	}

	/**
	 * Sets the settings.
	 * @param settings the settings, {@link StreamSettings#defaults()} if never called
	 * @return this builder
	 */
	public EventStreamBuilder settings(StreamSettings settings) {
		this.settings = settings;
		return this;
	}

	/**
	 * Sets what writes data that is not text. Without it, such events are refused.
	 * @param dataWriter the writer
	 * @return this builder
	 */
	public EventStreamBuilder dataWriter(DataWriter dataWriter) {
		this.dataWriter = dataWriter;
		return this;
	}

	/**
	 * Sets who observes the stream.
	 * @param listener the listener
	 * @return this builder
	 */
	public EventStreamBuilder listener(StreamListener listener) {
		this.listener = listener;
		return this;
	}

	/**
	 * Sets how an event is made of what the publisher emits. By default, what is no event
	 * is the data of one.
	 * @param mapping the mapping, which throws {@link IllegalArgumentException} for an
	 * element that cannot be an event; it is left out then
	 * @return this builder
	 */
	public EventStreamBuilder mapping(Function<Object, Event> mapping) {
		this.mapping = mapping;
		return this;
	}

	/**
	 * Sets who knows the events that the log does not have any more.
	 * @param history the history, or {@code null} for none
	 * @return this builder
	 */
	public EventStreamBuilder history(@Nullable EventHistory history) {
		this.history = history;
		return this;
	}

	/**
	 * Sets who says which client may see which event.
	 * @param filters the filters, which must all agree; none, if never called
	 * @return this builder
	 */
	public EventStreamBuilder filters(List<EventFilter> filters) {
		this.filters = filters;
		return this;
	}

	/**
	 * Makes the stream serve one client alone: the publisher is asked for no more than
	 * the client reads, is cancelled when the client leaves, and its failure ends the
	 * connection.
	 * @param onEnd called with the stream when the client has gone
	 * @return this builder
	 */
	public EventStreamBuilder personal(Consumer<EventStream> onEnd) {
		this.onEnd = onEnd;
		return this;
	}

	/**
	 * Says that the publisher knows the client and goes on behind its last event, where
	 * that has an id of the application's. The client is then sent no gap event, and no
	 * history is asked.
	 * @return this builder
	 */
	public EventStreamBuilder resumable() {
		this.resumable = true;
		return this;
	}

	/**
	 * Says that the publisher goes on behind the last event of the client, whatever its
	 * id looks like. The client is then sent no gap event, and no history is asked.
	 * @return this builder
	 */
	public EventStreamBuilder resumed() {
		this.resumed = true;
		return this;
	}

	/**
	 * Sets the name under which the log tells of the publisher, where many streams for
	 * one client each are of one kind and their names differ.
	 * @param logName the name; that of the stream, if never called
	 * @return this builder
	 */
	public EventStreamBuilder logName(String logName) {
		this.logName = logName;
		return this;
	}

	/**
	 * Makes the stream one of several whose events take their ids from one sequence.
	 * @param origin what their logs share
	 * @return this builder
	 */
	EventStreamBuilder origin(LogOrigin origin) {
		this.origin = origin;
		return this;
	}

	/**
	 * Makes the stream serve one client that watches several topics.
	 * @param byTopic the client as it was let in to each topic
	 * @return this builder
	 */
	EventStreamBuilder byTopic(Map<String, EventClient> byTopic) {
		this.byTopic = byTopic;
		return this;
	}

	/**
	 * Makes the stream go on with what another one has begun.
	 * @param log the log
	 * @param supervisor handles failures, also those of other streams of this name
	 * @return this builder
	 */
	EventStreamBuilder shared(EventLog log, Supervisor supervisor) {
		this.log = log;
		this.supervisor = supervisor;
		return this;
	}

	/**
	 * Sets what is called when the last client has gone.
	 * @param onIdle the callback, on the thread that has served the client
	 * @return this builder
	 */
	EventStreamBuilder onIdle(Runnable onIdle) {
		this.onIdle = onIdle;
		return this;
	}

	StreamContext context() {
		return new StreamContext(this.name, this.settings, this.onEnd != null, supervisor(), new ApplicationCalls(),
				this.dispatcher.clock());
	}

	Supervisor supervisor() {
		return (this.supervisor != null) ? this.supervisor
				: new Supervisor(this.name, this.listener, logger, this.dispatcher.clock());
	}

	StreamPublisher streamPublisher() {
		return new StreamPublisher(this.publisher, (this.logName != null) ? this.logName : this.name);
	}

	FrameEncoder encoder(StreamPublisher publisher) {
		return new FrameEncoder(this.dataWriter, this.settings.buffer().maxEventSize(), !this.filters.isEmpty(),
				publisher.hasForeignIds(), this.dispatcher.typeWarnings(),
				(this.origin != null) ? this.origin.suffix() : "");
	}

	EventLog log() {
		if (this.log != null) {
			return this.log;
		}
		BufferSettings buffer = this.settings.buffer();
		return new EventLog(buffer.size(), buffer.memory(), buffer.overflow() == OverflowStrategy.CONFLATE,
				!this.filters.isEmpty(), this.dispatcher.clock(), this.origin);
	}

	/**
	 * Makes the stream.
	 * @return the stream, not yet subscribed
	 */
	public EventStream build() {
		return new EventStream(this);
	}

}
