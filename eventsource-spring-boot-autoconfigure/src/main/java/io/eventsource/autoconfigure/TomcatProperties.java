package io.eventsource.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of event streams on Tomcat.
 *
 * @param http2ResetFactor What an HTTP/2 stream that its client closes adds to the
 * overhead count of its connection, which Tomcat closes if the count is too high.
 * Tomcat's own value is 50.
 * @param direct Whether streams are written straight to the sockets of HTTP/1.1
 * connections, past the buffers that Tomcat keeps for each. For Tomcat and all that
 * surrounds the handling of a request, that request is then over when its stream has
 * begun.
 * @param leanSockets Whether the connections of Tomcat's HTTP/1.1 connector have buffers
 * only once they need them, and none any more when a stream is written straight to them.
 * Replaces the class of the connector's protocol for the whole application.
 */
@ConfigurationProperties("eventsource.tomcat")
record TomcatProperties(@DefaultValue("25") int http2ResetFactor, @DefaultValue("false") boolean direct,
		@DefaultValue("false") boolean leanSockets) {

}
