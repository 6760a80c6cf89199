package io.eventsource.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of event streams on Tomcat.
 *
 * @param http2ResetFactor What a stream of HTTP/2 that is taken back adds to the overhead
 * of its connection, which Tomcat ends if there is too much; 50 is Tomcat's own.
 */
@ConfigurationProperties("eventsource.tomcat")
record TomcatProperties(@DefaultValue("25") int http2ResetFactor) {

}
