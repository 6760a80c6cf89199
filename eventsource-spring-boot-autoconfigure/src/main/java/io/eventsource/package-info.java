/**
 * Server-Sent Events without a framework: what a publisher emits is encoded once into a
 * ring of frames, and every client is a position in that ring.
 *
 * <pre>
 * Publisher&lt;Event&gt; bean -&gt; Intake -&gt; FrameEncoder -&gt; EventLog  (a ring of encoded frames, one per stream)
 *                                                       |
 *                                                       |  one cursor per client, nothing copied per client
 *                                                       v
 *                                        Dispatcher -&gt; ClientCursor -&gt; EventSink :  SseEmitterSink -&gt; SseEmitter -&gt; wire
 *                                                                         core   :  Spring
 * </pre>
 *
 * The public types are the contract; {@link io.eventsource.engine.EventStream} is the
 * only entry point to the engine.
 */
@NullMarked
package io.eventsource;

import org.jspecify.annotations.NullMarked;
