/**
 * Channels that all instances of an application share, on Redis Streams.
 *
 * <pre>
 * EventChannel.publish -&gt; RedisEventStore -&gt; XADD -&gt; Redis -&gt; PUBLISH -&gt; RedisWakeups -&gt; RedisStreamReader
 *                                                   |
 *                                                   +-&gt; XREAD -&gt; RedisTails -&gt; RedisTail -&gt; EventLog
 *                                                   |                             (of each instance)
 *                                                   +-&gt; XRANGE -&gt; RedisHistory, for clients that come back late
 * </pre>
 */
@NullMarked
package io.eventsource.redis;

import org.jspecify.annotations.NullMarked;
