package io.eventsource;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The state of one topic at one moment.
 *
 * @param topic the topic
 * @param stream its clients, and what was counted since it was made
 * @param source whether a source was running
 * @param idle the time since the last client, event or end; {@code null} while there is a
 * client or a running source
 */
public record TopicSnapshot(String topic, StreamSnapshot stream, boolean source, @Nullable Duration idle) {

}
