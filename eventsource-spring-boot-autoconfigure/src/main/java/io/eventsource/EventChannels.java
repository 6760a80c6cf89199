package io.eventsource;

/**
 * Makes channels that are kept where the application's configuration says: in this
 * process, or in a store that all instances of the application share. A bean of this type
 * is there to be injected where a channel is declared:
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
	 * Returns the channel of a name, the same one each time. Thread-safe.
	 * @param name the name, by which instances that share a store know the channel too;
	 * not empty
	 * @return the channel
	 * @throws IllegalArgumentException if the name is empty
	 */
	EventChannel channel(String name);

}
