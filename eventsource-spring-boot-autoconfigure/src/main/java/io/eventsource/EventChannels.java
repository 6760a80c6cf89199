package io.eventsource;

/**
 * Creates channels. The configuration of the application decides where their events are
 * kept: in this process, or in a store that all instances of the application share. A
 * bean of this type can be injected where a channel is declared:
 *
 * <pre>
 * &#064;Bean
 * EventChannel orders(EventChannels channels) {
 *     return channels.channel("orders");
 * }
 * </pre>
 */
@FunctionalInterface
public interface EventChannels {

	/**
	 * Returns the channel of the given name, which is the same one each time.
	 * Thread-safe.
	 * @param name the name, which is also that of the channel in other instances that
	 * share the store; not empty
	 * @return the channel
	 * @throws IllegalArgumentException if the name is empty
	 */
	EventChannel channel(String name);

	/**
	 * Returns the topics of the given name, which are the same ones each time.
	 * Thread-safe.
	 * @param name the name; not empty
	 * @return the topics
	 * @throws IllegalArgumentException if the name is empty
	 * @throws UnsupportedOperationException if there are no topics where the channels are
	 * kept
	 */
	default EventTopics topics(String name) {
		throw new UnsupportedOperationException("There are no topics where the channels are kept; declare the topics '"
				+ name + "' by EventTopics.create(), which keeps them in this process");
	}

}
