/**
 * Streams that are written straight to the sockets of Tomcat, past its HTTP processor and
 * the buffers that it keeps for each exchange.
 */
@NullMarked
package io.eventsource.tomcat;

import org.jspecify.annotations.NullMarked;
